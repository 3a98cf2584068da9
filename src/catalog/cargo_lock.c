/* Reads Cargo.lock, versions 1 to 4: The Cargo Book, "Cargo.toml vs Cargo.lock"; cargo's
 * core/resolver/encode.rs says what the tables hold.
 *
 * Decisions: a package without "source" is the project itself, a member of its workspace or a
 * folder. The lock file does not say what is for development. One that lies in cargo's registry
 * tells what a crate's authors develop it with, and is passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "io/toml.h"

static int take(void *context, const json_t *table, const struct pl_err *problem)
{
    struct catalog_sink *sink = context;
    if (!table)
        catalog_add_problem(sink, problem);
    else if (json_text(table, "source").len)
        locked_add(sink, PACKAGE_CARGO, json_text(table, "name"), json_text(table, "version"),
                   false);
    return 0;
}

static int cargo_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    (void)companion;
    (void)err;
    if (locked_is_below(input->path, "registry/src") ||
        locked_is_below(input->path, "git/checkouts"))
        return 0;
    return toml_each_table(input->whole, "package", take, sink);
}

const struct cataloger cataloger_cargo_lock = {
    .name = "cargo-lock",
    .help = N_("Rust crates of Cargo.lock"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/Cargo.lock", NULL},
    .mode = CATALOG_WHOLE,
    .read = cargo_read,
};
