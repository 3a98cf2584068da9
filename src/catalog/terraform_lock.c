/* Reads Terraform's dependency lock file, .terraform.lock.hcl: blocks provider
 * "host/namespace/type" with version = "1.2.3". Source: Terraform's documentation, "Dependency Lock
 * File". */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static int terraform_read(struct catalog_sink *sink, struct input *input, struct str companion,
                          struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct str text = input->whole, line, provider = STR_NONE;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("provider ")))
            provider = text_between(line, "\"", "\"");
        else if (str_is(line, "}"))
            provider = STR_NONE;
        else if (provider.len && str_starts(line, STR("version"))) {
            struct package package = {
                .type = PACKAGE_TERRAFORM,
                .origin = PACKAGE_LOCKED,
                .name = provider,
                .version = text_between(line, "\"", "\""),
            };
            if (package.version.len)
                catalog_add_package(sink, &package);
        }
    }
    return 0;
}

const struct cataloger cataloger_terraform_lock = {
    .name = "terraform-lock",
    .help = N_("Terraform providers of .terraform.lock.hcl"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/.terraform.lock.hcl", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = terraform_read,
};
