# A bootable disk image, for machines of one's own and for trying the real kernel.

source "qemu" "host" {
  iso_url      = var.qemu_source
  iso_checksum = var.qemu_source_checksum
  disk_image   = true
  # A copy, because the source may be a file that others use.
  use_backing_file = false
  disk_size        = var.qemu_disk_size
  format           = "qcow2"
  disk_interface   = "virtio"
  # A package manager waits for the disk after each file. What a broken build has not written is thrown away with it.
  disk_cache       = "unsafe"
  net_device       = "virtio-net"
  accelerator      = var.qemu_accelerator
  cpus             = var.qemu_cpus
  memory           = var.qemu_memory
  headless         = true
  # Further arguments win over Packer's own: a kernel beside the disk, or a seed for cloud-init.
  qemuargs         = var.qemu_arguments
  output_directory = "${var.output}/qemu"
  vm_name          = "${var.distribution}-docker.qcow2"

  ssh_username         = var.qemu_ssh_username
  ssh_private_key_file = var.qemu_ssh_key
  ssh_timeout          = var.qemu_ssh_timeout
  shutdown_command     = "sudo systemctl poweroff"
  shutdown_timeout     = "5m"
}
