/* Reads Cargo.lock, versions 1 to 4: The Cargo Book, "Cargo.toml vs Cargo.lock"; cargo's
 * core/resolver/encode.rs says what the tables hold.
 *
 * Decisions: a package without "source" is the project itself, a member of its workspace or a
 * folder. The lock file does not say what is for development. One that lies in cargo's registry
 * tells what a crate's authors develop it with, and is passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "io/toml.h"

struct reader {
    struct catalog_sink *sink;
    struct details details;
};

/* "name", "name 1.0.0" where several versions are there, or with " (source)" behind them. */
static void take_details(struct details *details, const json_t *table)
{
    size_t index;
    json_t *item;
    json_array_foreach(json_list(table, "dependencies"), index, item)
    {
        struct str rest = str_make(json_string_value(item), json_string_length(item));
        struct str name, version = STR_NONE;
        if (!str_cut(&rest, ' ', &name))
            continue;
        if (!str_cut(&rest, ' ', &version))
            version = STR_NONE;
        relations_add_version(&details->needs, name, version);
    }
    details_hash(details, "sha256", json_text(table, "checksum"));
}

static int take(void *context, const json_t *table, const struct pl_err *problem)
{
    struct reader *reader = context;
    if (!table) {
        catalog_add_problem(reader->sink, problem);
        return 0;
    }
    if (!json_text(table, "source").len)
        return 0;
    struct package package = {.type = PACKAGE_CARGO,
                              .name = json_text(table, "name"),
                              .version = json_text(table, "version")};
    if (details_start(&reader->details, reader->sink))
        take_details(&reader->details, table);
    details_put(&reader->details, &package);
    locked_add_package(reader->sink, &package);
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
    struct reader reader = {.sink = sink};
    int r = toml_each_table(input->whole, "package", take, &reader);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_cargo_lock = {
    .name = "cargo-lock",
    .help = N_("Rust crates of Cargo.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/Cargo.lock", NULL},
    .mode = CATALOG_WHOLE,
    .read = cargo_read,
};
