# Packer from 1.7 on fetches its builders as plugins: `packer init packer`.
# Debian's Packer 1.6.6 has them built in and does not know this block; packer/run leaves the file out for it.
packer {
  required_version = ">= 1.11.0"
  required_plugins {
    ansible = {
      source  = "github.com/hashicorp/ansible"
      version = ">= 1.1.1, < 2.0.0"
    }
    docker = {
      source  = "github.com/hashicorp/docker"
      version = ">= 1.0.10, < 2.0.0"
    }
    # 1.2.6 gives up the tunnel of google_access = "iap"
    # (https://github.com/hashicorp/packer-plugin-googlecompute/issues/347).
    googlecompute = {
      source  = "github.com/hashicorp/googlecompute"
      version = ">= 1.2.1, != 1.2.6, < 2.0.0"
    }
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = ">= 1.1.0, < 2.0.0"
    }
  }
}
