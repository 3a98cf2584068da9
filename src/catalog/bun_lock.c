/* Reads bun.lock: Bun's documentation, "Lockfile"; JSON with comments and trailing commas. Each
 * member of "packages" is a list that begins with "name@version"; where it stands below another
 * package, its key is "other/name".
 *
 * Decisions: workspaces, links and folders are the project itself; what came from a repository or
 * an address has no version in the file and is passed over. Which ones are for development only,
 * the file does not say. bun.lockb, the binary form before Bun 1.2, is not read. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "catalog/locked_index.h"
#include "catalog/npm_tree.h"
#include "io/json_cutter.h"
#include "io/json_doc.h"
#include "io/json_lenient.h"

/* For details the file is read once more before: where each package is. */
struct reader {
    struct catalog_sink *sink;
    bool is_indexing;
    struct npm_tree tree;
    struct locked_index packages;
    struct details details;
};

/* "a/@s/b" is the folder node_modules/a/node_modules/@s/b. */
static void folder_of(struct str key, struct buf *out)
{
    struct str part;
    bool is_scope = false;
    while (str_cut(&key, '/', &part)) {
        buf_puts(out, out->len ? "/" : "");
        buf_puts(out, is_scope ? "" : "node_modules/");
        buf_add(out, part);
        is_scope = !is_scope && str_starts(part, STR("@"));
    }
}

/* The third of the list says what it needs, the fourth is the archive's hash. */
static void take_details(struct reader *reader, struct str folder, const json_t *entry)
{
    static const char *const lists[] = {"dependencies", "optionalDependencies", "peerDependencies"};
    const json_t *integrity = json_array_get(entry, 3);
    struct npm_levels levels;
    const char *name;
    json_t *value;
    npm_tree_levels(&reader->tree, folder, &levels);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const json_t *needs = json_member(json_array_get(entry, 2), lists[i]);
        json_object_foreach((json_t *)(uintptr_t)needs, name, value)
        {
            size_t found = npm_tree_find(&reader->tree, &levels, str_of(name));
            if (found != SIZE_MAX)
                relations_add_version(&reader->details.needs,
                                      reader->packages.items.items[found].name,
                                      reader->packages.items.items[found].version);
        }
    }
    details_integrity(&reader->details,
                      str_make(json_string_value(integrity), json_string_length(integrity)));
}

static void add(struct reader *reader, struct str key, struct package *package, const json_t *entry)
{
    AUTO_BUF folder = {0};
    struct arena *arena = &reader->packages.arena;
    if (!catalog_wants_details(reader->sink)) {
        locked_add_package(reader->sink, package);
        return;
    }
    folder_of(key, &folder);
    if (reader->is_indexing && package->name.len && package->version.len &&
        !locked_index_is_full(&reader->packages)) {
        npm_tree_add(&reader->tree, buf_str(&folder), reader->packages.items.count);
        locked_index_add(&reader->packages, 0, arena_str(arena, package->name),
                         arena_str(arena, package->version));
    } else if (!reader->is_indexing) {
        details_start(&reader->details, reader->sink);
        take_details(reader, buf_str(&folder), entry);
        details_put(&reader->details, package);
        locked_add_package(reader->sink, package);
    }
}

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct reader *reader = context;
    struct pl_err problem;
    struct package package = {.type = PACKAGE_NPM};
    AUTO_JSON *entry = NULL;
    (void)err;
    if (json_document(text, &entry, &problem) < 0) {
        if (!reader->is_indexing)
            locked_tell(reader->sink, names[1], &problem);
        return 0;
    }
    const json_t *first = json_array_get(entry, 0);
    struct str what = str_make(json_string_value(first), json_string_length(first));
    if (locked_split_at(what, &package.name, &package.version))
        add(reader, names[1], &package, entry);
    return 0;
}

static int bun_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    static const char *const path[] = {"packages", JSON_ANY_MEMBER, NULL};
    AUTO_BUF strict = {0};
    (void)companion;
    if (locked_is_of_installed(input->path))
        return 0;
    json_strict(input->whole, &strict);
    struct reader reader = {.sink = sink};
    struct json_cutter cutter = {
        .text = buf_str(&strict), .path = path, .entry = take_entry, .context = &reader};
    struct pl_err ignored;
    if (catalog_wants_details(sink)) {
        reader.is_indexing = true;
        json_cut(&cutter, &ignored); /* what is wrong is told below */
        npm_tree_sort(&reader.tree);
        reader.is_indexing = false;
    }
    int r = json_cut(&cutter, err);
    npm_tree_free(&reader.tree);
    locked_index_free(&reader.packages);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_bun_lock = {
    .name = "bun-lock",
    .help = N_("npm packages of bun.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/bun.lock", NULL},
    .mode = CATALOG_WHOLE,
    .read = bun_read,
};
