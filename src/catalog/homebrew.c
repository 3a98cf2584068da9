/* Reads Homebrew's receipts: Cellar/NAME/VERSION/INSTALL_RECEIPT.json, where the folders are the
 * package; a version may end with "_N", the formula's own revision. Source: Homebrew, Tab. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"
#include "io/json_doc.h"

static int homebrew_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    (void)companion;
    AUTO_JSON *root = NULL;
    struct str version_dir = path_dir(input->path), name_dir = path_dir(version_dir);
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    struct package package = {
        .type = PACKAGE_BREW,
        .name = path_base(name_dir),
        .version = path_base(version_dir),
        .arch = json_text(root, "arch"),
    };
    catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_homebrew = {
    .name = "homebrew",
    .help = N_("installed Homebrew formulas"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/Cellar/*/*/INSTALL_RECEIPT.json", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = homebrew_read,
};
