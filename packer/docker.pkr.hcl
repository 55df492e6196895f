# One build of Docker-ready host images: the playbook that bakes them runs the role that configures hosts.
# Run from the collection's top folder: `packer/run build -only=docker.host`, or with Packer's plugins
# installed (`packer init packer`) `packer build -only=docker.host packer`.

locals {
  time = formatdate("YYYYMMDD-hhmmss", timestamp())
  user_of = { docker = "root", googlecompute = var.google_ssh_username, qemu = var.qemu_ssh_username }
  # What makes a container a host stands in one place, which the sandbox and Molecule read too.
  host = yamldecode(file("${path.cwd}/sandbox/host.yml"))
}

source "docker" "host" {
  image     = var.docker_source_image
  pull      = false
  commit    = true
  cap_add   = local.host.capabilities
  tmpfs     = local.host.tmpfs
  # On a tmpfs, so that no empty folder is left in the image.
  container_dir = "/run/packer"
  volumes       = { for bind in local.host.binds : split(":", bind)[0] => join(":", slice(split(":", bind), 1, length(split(":", bind)))) }
  run_command = concat(
    # Named after what it becomes, so that two builds of one image do not race; --rm takes the volumes along.
    ["--detach", "--rm", "--name=bake-${replace(var.docker_repository, "/", "-")}-${var.docker_tag}", "--hostname=image"],
    ["--cgroupns=${local.host.cgroupns_mode}", "--network=${var.docker_network}"],
    [for option in local.host.security_opts : "--security-opt=${option}"],
    [for volume in local.host.volumes : "--volume=${volume}"],
    ["{{ .Image }}"],
  )
  changes = ["LABEL dockyard.image.revision=${var.revision} dockyard.image.source=${var.docker_source_image}"]
}

build {
  sources = ["source.docker.host", "source.googlecompute.host", "source.qemu.host"]

  provisioner "ansible" {
    playbook_file = "${path.cwd}/playbooks/image.yml"
    host_alias    = "image"
    # Who Packer is on the host; taken for root, Ansible would not become root.
    user          = local.user_of[source.type]
    extra_arguments = concat(
      # Packer's SSH proxy speaks the older copy protocol only.
      ["--scp-extra-args", "'-O'"],
      # A container's data folder is a volume, which its image does not hold.
      ["--extra-vars", "image_engine_data=${source.type == "docker" ? "archive" : "in_place"}"],
      ["--extra-vars", "image_manifest=${abspath(var.output)}/${source.type}.manifest.json"],
      var.ansible_vars == "" ? [] : ["--extra-vars", "@${abspath(var.ansible_vars)}"],
      var.engine_version == "" ? [] : ["--extra-vars", "docker_version=${var.engine_version}"],
    )
    ansible_env_vars = [
      # The proxy of Packer 1.6.6 has no other host key; it lives as long as the build, on the loopback address.
      "ANSIBLE_SSH_ARGS=-o HostKeyAlgorithms=+ssh-rsa -o PubkeyAcceptedAlgorithms=+ssh-rsa -o IdentitiesOnly=yes -o ControlMaster=auto -o ControlPersist=60s",
    ]
  }

  post-processor "docker-tag" {
    only       = ["docker.host"]
    repository = var.docker_repository
    tags       = [var.docker_tag]
  }
}
