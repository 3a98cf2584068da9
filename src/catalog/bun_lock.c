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
#include "io/json_cutter.h"
#include "io/json_doc.h"
#include "io/json_lenient.h"

struct reader {
    struct catalog_sink *sink;
};

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct reader *reader = context;
    struct pl_err problem;
    struct str name, version;
    AUTO_JSON *entry = NULL;
    (void)err;
    if (json_document(text, &entry, &problem) < 0) {
        locked_tell(reader->sink, names[1], &problem);
        return 0;
    }
    const json_t *first = json_array_get(entry, 0);
    struct str what = str_make(json_string_value(first), json_string_length(first));
    if (locked_split_at(what, &name, &version))
        locked_add(reader->sink, PACKAGE_NPM, name, version, false);
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
    return json_cut(&cutter, err);
}

const struct cataloger cataloger_bun_lock = {
    .name = "bun-lock",
    .help = N_("npm packages of bun.lock"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/bun.lock", NULL},
    .mode = CATALOG_WHOLE,
    .read = bun_read,
};
