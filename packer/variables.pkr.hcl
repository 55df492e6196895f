# What is baked, for every source. Values: -var, -var-file, or *.auto.pkrvars.hcl beside this file
# (start from variables.auto.pkrvars.hcl.example).

variable "ansible_vars" {
  type        = string
  default     = ""
  description = "A YAML file with variables of the roles docker and image, such as docker_version and image_preload; use the same values on the running hosts."
}

variable "distribution" {
  type        = string
  default     = "debian-13"
  description = "The distribution in the source image, for names and labels."
  validation {
    condition     = var.distribution != "" && regex_replace(var.distribution, "^[a-z][a-z0-9-]*$", "") == ""
    error_message = "The distribution becomes part of image names: lower-case letters, digits and dashes, such as debian-13."
  }
}

variable "engine_version" {
  type        = string
  default     = ""
  description = "The beginning of the engine's version to install, such as 27.5; empty takes the newest. It wins over docker_version in ansible_vars."
  validation {
    condition     = regex_replace(var.engine_version, "^[0-9.]*$", "") == ""
    error_message = "The engine_version must be the beginning of a version, such as 27.5 or 27.5.1."
  }
}

variable "revision" {
  type        = string
  default     = "unknown"
  description = "The git revision that is baked, for a label: git rev-parse --short HEAD."
  validation {
    condition     = var.revision != "" && regex_replace(var.revision, "^[a-z0-9_-]{1,63}$", "") == ""
    error_message = "The revision becomes a label: lower-case letters, digits, dashes and underscores, at most 63."
  }
}

variable "output" {
  type        = string
  default     = "build/images"
  description = "Folder for what is written beside an image: its manifest, and a disk image."
}

# -- docker: a host image for the sandbox and Molecule ---------------------------------------------

variable "docker_source_image" {
  type        = string
  default     = "dockyard-host:trixie"
  description = "The bare host image to start from: python -m sandbox images."
}

variable "docker_repository" {
  type        = string
  default     = "dockyard-host"
  description = "Repository of the baked image."
}

variable "docker_tag" {
  type        = string
  default     = "trixie-baked"
  description = "Tag of the baked image."
}

variable "docker_network" {
  type        = string
  default     = "bridge"
  description = "Docker network on which the image is baked; that of a sandbox reaches its registry."
}

# -- googlecompute: images for production ----------------------------------------------------------
# Credentials are not variables: GOOGLE_APPLICATION_CREDENTIALS, or `gcloud auth application-default login`.

variable "google_project" {
  type        = string
  default     = ""
  description = "Project in which the image is baked and kept."
}

variable "google_zone" {
  type        = string
  default     = "europe-west1-b"
  description = "Zone of the instance that is baked."
}

variable "google_impersonate" {
  type        = string
  default     = ""
  description = "E-mail of a service account to act as; empty acts as oneself."
}

variable "google_source_image_family" {
  type        = string
  default     = "debian-13"
  description = "Family whose newest image is the source."
}

variable "google_source_image_project" {
  type        = string
  default     = "debian-cloud"
  description = "Project of the source image."
}

variable "google_image_prefix" {
  type        = string
  default     = "dockyard"
  description = "What names of images begin with."
  validation {
    condition     = var.google_image_prefix != "" && regex_replace(var.google_image_prefix, "^[a-z][a-z0-9-]{0,15}$", "") == ""
    error_message = "The google_image_prefix must be at most 16 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "google_image_family" {
  type        = string
  default     = ""
  description = "Family of the new image. Empty keeps it out of any until playbooks/image_test.yml has tried it."
}

variable "google_image_locations" {
  type        = list(string)
  default     = []
  description = "Where the image is stored, such as [\"eu\"]; empty lets Google choose."
}

variable "google_image_encryption_key" {
  type        = string
  default     = ""
  description = "Cloud KMS key that encrypts the image, as projects/…/cryptoKeys/…; empty uses Google's."
}

variable "google_machine_type" {
  type        = string
  default     = "e2-standard-2"
  description = "Machine type of the instance that is baked."
}

variable "google_disk_size" {
  type        = number
  default     = 10
  description = "Size of its disk in GB, and the least size of disks made from the image."
}

variable "google_disk_type" {
  type        = string
  default     = "pd-balanced"
  description = "Type of its disk."
}

variable "google_network" {
  type        = string
  default     = "default"
  description = "Network of the instance; empty if a subnetwork is set."
}

variable "google_subnetwork" {
  type        = string
  default     = ""
  description = "Subnetwork of the instance."
}

variable "google_tags" {
  type        = list(string)
  default     = []
  description = "Network tags of the instance, for firewall rules that let SSH in."
}

variable "google_access" {
  type        = string
  default     = "external"
  description = "How Packer reaches the instance: external (address), internal (address) or iap (tunnel, without an external address)."
  validation {
    condition     = contains(["external", "internal", "iap"], var.google_access)
    error_message = "The google_access must be external, internal or iap."
  }
}

variable "google_ssh_username" {
  type        = string
  default     = "packer"
  description = "Who signs in to the instance; may become root without a password. With OS Login, the account's user name."
}

variable "google_os_login" {
  type        = bool
  default     = false
  description = "Sign in through OS Login, where the project demands it."
}

variable "google_secure_boot" {
  type        = bool
  default     = true
  description = "Secure boot of the shielded VM; its virtual TPM and integrity monitoring are always on."
}

variable "google_service_account" {
  type        = string
  default     = ""
  description = "E-mail of the instance's service account; empty gives it none."
}

variable "google_limit_seconds" {
  type        = number
  default     = 3600
  description = "The instance is deleted after so many seconds even if Packer was killed (Packer with plugins)."
  validation {
    condition     = var.google_limit_seconds >= 600
    error_message = "The google_limit_seconds must leave a build its time: at least 600."
  }
}

# -- qemu: a bootable disk image -------------------------------------------------------------------

variable "qemu_source" {
  type        = string
  default     = "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2"
  description = "The disk image to start from: an address or a path."
}

variable "qemu_source_checksum" {
  type        = string
  default     = "file:https://cloud.debian.org/images/cloud/trixie/latest/SHA512SUMS"
  description = "Its checksum, as Packer's iso_checksum; none for a file of one's own."
}

variable "qemu_disk_size" {
  type        = string
  default     = "8G"
  description = "Size of the disk."
}

variable "qemu_accelerator" {
  type        = string
  default     = "kvm"
  description = "kvm, or tcg where there is none."
  validation {
    condition     = contains(["kvm", "tcg", "hvf"], var.qemu_accelerator)
    error_message = "The qemu_accelerator must be kvm, tcg or hvf."
  }
}

variable "qemu_cpus" {
  type        = number
  default     = 2
  description = "Processors of the machine that is baked."
}

variable "qemu_memory" {
  type        = number
  default     = 2048
  description = "Its memory in MB."
}

variable "qemu_arguments" {
  type        = list(list(string))
  default     = []
  description = "Further arguments of qemu, such as [[\"-drive\", \"file=seed.iso,if=virtio\"]]."
}

variable "qemu_ssh_username" {
  type        = string
  default     = "debian"
  description = "Who signs in; may become root without a password."
}

variable "qemu_ssh_key" {
  type        = string
  default     = ""
  description = "Private key that opens the source image, such as the one in cloud-init's seed. It does not stay in the image."
}

variable "qemu_ssh_timeout" {
  type        = string
  default     = "10m"
  description = "How long the machine may take to boot."
}
