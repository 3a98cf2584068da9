/* The small files that tell which system this is and what support it uses; read by catalog/os.c
 * when the whole image is known. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"

const struct cataloger cataloger_os_files = {
    .name = "os-files",
    .help = N_("files that tell the operating system and its support"),
    .group = "os",
    .version = 1,
    .wants =
        (const char *const[]){
            "etc/os-release",
            "usr/lib/os-release",
            "etc/lsb-release",
            "etc/alpine-release",
            "etc/debian_version",
            "etc/system-release",
            "etc/oracle-release",
            "etc/rocky-release",
            "etc/almalinux-release",
            "etc/centos-release",
            "etc/fedora-release",
            "etc/redhat-release",
            "etc/SuSE-release",
            "etc/photon-release",
            "etc/mariner-release",
            "etc/azurelinux-release",
            "etc/arch-release",
            /* package sources and subscriptions */
            "etc/apk/repositories",
            "etc/apt/sources.list",
            "etc/apt/sources.list.d/*",
            "var/lib/ubuntu-advantage/status.json",
            "etc/yum.repos.d/*.repo",
            "etc/products.d/*.prod",
            "root/buildinfo/content_manifests/*.json",
            "usr/share/buildinfo/content-sets.json",
            NULL,
        },
    .mode = CATALOG_KEEP,
    .max_size = LIMIT_FILE_SMALL,
};
