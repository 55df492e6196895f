# Images for production, baked on Compute Engine.

locals {
  google_engine = var.engine_version == "" ? "newest" : replace(var.engine_version, ".", "-")
}

source "googlecompute" "host" {
  project_id                  = var.google_project
  zone                        = var.google_zone
  impersonate_service_account = var.google_impersonate

  source_image_family     = var.google_source_image_family
  source_image_project_id = [var.google_source_image_project]

  image_name              = "${var.google_image_prefix}-${var.distribution}-docker-${local.google_engine}-${local.time}"
  image_description       = "Docker-ready ${var.distribution}, revision ${var.revision}; manifest beside the build"
  image_family            = var.google_image_family
  image_storage_locations = var.google_image_locations
  image_labels = {
    docker-ready   = "untested"
    engine-version = local.google_engine
    revision       = var.revision
    source-image   = var.google_source_image_family
  }
  dynamic "image_encryption_key" {
    for_each = var.google_image_encryption_key == "" ? [] : [var.google_image_encryption_key]
    content {
      kmsKeyName = image_encryption_key.value
    }
  }

  machine_type                = var.google_machine_type
  disk_size                   = var.google_disk_size
  disk_type                   = var.google_disk_type
  enable_secure_boot          = var.google_secure_boot
  enable_vtpm                 = true
  enable_integrity_monitoring = true
  # What an unfinished build leaves behind is found by this label, and ends by itself.
  labels                      = { dockyard-bake = var.revision }
  max_run_duration_in_seconds = var.google_limit_seconds # Packer with plugins
  instance_termination_action = "DELETE"                 # Packer with plugins

  network                         = var.google_network
  subnetwork                      = var.google_subnetwork
  tags                            = var.google_tags
  use_iap                         = var.google_access == "iap"
  omit_external_ip                = var.google_access != "external"
  use_internal_ip                 = var.google_access != "external"
  use_os_login                    = var.google_os_login
  service_account_email           = var.google_service_account
  disable_default_service_account = var.google_service_account == ""

  ssh_username = var.google_ssh_username
  ssh_timeout  = "10m"
}
