/* Reads go.mod and the go.sum beside it: The Go Modules Reference, "go.mod files" and "go.sum
 * files".
 *
 * Decisions:
 * - Since Go 1.17 a go.mod lists every module that the project needs, with the version that is
 *   taken, so these are locked. For an older one go.sum adds those that are not listed, in the
 *   highest version whose contents (not only go.mod) it has a hash of.
 * - What is replaced is told as its replacement; a folder is the project itself. What is excluded
 *   is not taken.
 * - A go.mod in the module cache tells what other projects would like; it is passed over. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "catalog/locked.h"
#include "version/version.h"

enum { WORDS_MAX = 6 };

/* require: path, version. replace: with a new path and version; new_version empty: a folder. */
struct module {
    struct str path, version, new_path, new_version;
};
struct modules {
    struct module *items;
    size_t count, capacity;
};

struct go_mod {
    struct modules require, replace, exclude;
    struct modules replacements; /* the new paths alone */
    bool is_pruned;              /* go 1.17 or later: all modules are listed */
};

static int compare_modules(const void *a, const void *b)
{
    const struct module *x = a, *y = b;
    int order = str_compare(x->path, y->path);
    return order ? order : str_compare(x->version, y->version);
}

static void sort(struct modules *modules)
{
    if (modules->count)
        qsort(modules->items, modules->count, sizeof(struct module), compare_modules);
}

static const struct module *find(const struct modules *modules, struct str path, struct str version)
{
    const struct module key = {.path = path, .version = version};
    return modules->count ? bsearch(&key, modules->items, modules->count, sizeof(struct module),
                                    compare_modules)
                          : NULL;
}

/* Words of a line without its comment; quotes are taken away. */
static size_t split_words(struct str line, struct str words[WORDS_MAX])
{
    size_t count = 0, at = 0;
    line = str_first(line, str_find(line, STR("//")));
    while (count < WORDS_MAX) {
        while (at < line.len && strchr(" \t\r", line.data[at]))
            at++;
        if (at >= line.len)
            break;
        char quote = line.data[at] == '"' || line.data[at] == '`' ? line.data[at] : '\0';
        size_t from = quote ? ++at : at;
        while (at < line.len && (quote ? line.data[at] != quote : !strchr(" \t\r", line.data[at])))
            at++;
        words[count++] = str_first(str_from(line, from), at - from);
        at += quote != '\0';
    }
    return count;
}

/* go 1.17, 1.21.3, 1.22rc1 */
static bool lists_all(struct str version)
{
    uint64_t major, minor;
    size_t dot = str_index(version, '.'), len = 0;
    struct str rest = str_from(version, dot == SIZE_MAX ? version.len : dot + 1);
    while (len < rest.len && rest.data[len] >= '0' && rest.data[len] <= '9')
        len++;
    return str_to_u64(str_first(version, dot), &major) &&
           (major > 1 || (str_to_u64(str_first(rest, len), &minor) && minor >= 17));
}

static void take_directive(struct go_mod *mod, struct str verb, const struct str *words,
                           size_t count)
{
    if (count == 0)
        return;
    struct module module = {.path = words[0]};
    if (str_is(verb, "go"))
        mod->is_pruned = lists_all(words[0]);
    if (count >= 2 && !str_is(words[1], "=>"))
        module.version = words[1];
    if (str_is(verb, "require") && module.version.len)
        *VEC_ADD(&mod->require) = module;
    else if (str_is(verb, "exclude"))
        *VEC_ADD(&mod->exclude) = module;
    size_t arrow = module.version.len ? 2 : 1;
    if (!str_is(verb, "replace") || count < arrow + 2 || !str_is(words[arrow], "=>"))
        return;
    module.new_path = words[arrow + 1];
    module.new_version = count > arrow + 2 ? words[arrow + 2] : STR_NONE;
    *VEC_ADD(&mod->replace) = module;
    *VEC_ADD(&mod->replacements) = (struct module){.path = module.new_path};
}

static void parse(struct go_mod *mod, struct str text)
{
    struct str line, verb = STR_NONE, words[WORDS_MAX];
    while (str_cut(&text, '\n', &line)) {
        size_t count = split_words(line, words);
        if (!count)
            continue;
        if (verb.len) {
            if (str_is(words[0], ")"))
                verb = STR_NONE;
            else
                take_directive(mod, verb, words, count);
        } else if (count >= 2 && str_is(words[1], "(")) {
            verb = words[0];
        } else if (count == 1 && str_ends(words[0], STR("("))) { /* "require(" */
            verb = str_first(words[0], words[0].len - 1);
        } else {
            take_directive(mod, words[0], words + 1, count - 1);
        }
    }
    sort(&mod->require);
    sort(&mod->replace);
    sort(&mod->exclude);
    sort(&mod->replacements);
}

static void add(struct catalog_sink *sink, const struct go_mod *mod, struct str path,
                struct str version)
{
    const struct module *replacement = find(&mod->replace, path, version);
    if (!replacement)
        replacement = find(&mod->replace, path, STR_NONE);
    if (replacement) {
        path = replacement->new_path;
        version = replacement->new_version;
    }
    if (!find(&mod->exclude, path, version))
        locked_add(sink, PACKAGE_GOLANG, path, version, false);
}

static bool has_path(const struct modules *modules, struct str path)
{
    size_t low = 0, high = modules->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(modules->items[middle].path, path);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool is_listed(const struct go_mod *mod, struct str path)
{
    return has_path(&mod->require, path) || has_path(&mod->replacements, path);
}

/* "path version" lines, those of a path together: Go writes them sorted. */
static void add_sums(struct catalog_sink *sink, const struct go_mod *mod, struct str text)
{
    const struct version_scheme *scheme = version_scheme_find(STR("golang"));
    struct str line, path = STR_NONE, highest = STR_NONE;
    for (;;) {
        bool more = str_cut(&text, '\n', &line);
        size_t blank = more ? str_index(line, ' ') : SIZE_MAX;
        struct str next = str_first(line, blank);
        if (more && blank == SIZE_MAX)
            continue;
        if (path.len && (!more || !str_equal(next, path))) {
            if (!is_listed(mod, path))
                add(sink, mod, path, highest);
            highest = STR_NONE;
        }
        if (!more)
            break;
        path = next;
        struct str version = str_from(line, blank + 1);
        if (!highest.len || scheme->compare(version, highest) > 0)
            highest = version;
    }
}

static bool is_sum(struct str path)
{
    return str_is(path_base(path), "go.sum");
}

/* The go.sum beside the go.mod that is files->items[at]. */
static struct str sums_of(const struct catalog_files *files, size_t at)
{
    struct str dir = path_dir(files->items[at].path);
    for (size_t i = at + 1; i < files->count; i++) {
        struct str path = files->items[i].path;
        if (!str_starts(path, dir))
            break;
        if (is_sum(path) && str_equal(path_dir(path), dir))
            return files->items[i].content;
        if (str_compare(str_from(path, dir.len + (dir.len ? 1 : 0)), STR("go.sum")) > 0)
            break;
    }
    return STR_NONE;
}

static int go_finish(struct catalog_sink *sink, const struct catalog_files *files,
                     struct pl_err *err)
{
    (void)err;
    for (size_t i = 0; i < files->count; i++) {
        if (is_sum(files->items[i].path))
            continue;
        struct go_mod mod = {0};
        parse(&mod, files->items[i].content);
        catalog_set_path(sink, files->items[i].path);
        for (size_t j = 0; j < mod.require.count; j++)
            add(sink, &mod, mod.require.items[j].path, mod.require.items[j].version);
        if (!mod.is_pruned)
            add_sums(sink, &mod, sums_of(files, i));
        VEC_FREE(&mod.require);
        VEC_FREE(&mod.replace);
        VEC_FREE(&mod.exclude);
        VEC_FREE(&mod.replacements);
    }
    return 0;
}

/* Of go.sum, "path version" of the lines that are about contents. */
static int go_read(struct catalog_sink *sink, struct input *input, struct str companion,
                   struct pl_err *err)
{
    AUTO_BUF kept = {0};
    struct str text = input->whole, line, words[WORDS_MAX];
    (void)companion;
    (void)err;
    if (locked_is_below(input->path, "pkg/mod"))
        return 0;
    if (!is_sum(input->path)) {
        catalog_keep(sink, text);
        return 0;
    }
    while (str_cut(&text, '\n', &line)) {
        if (split_words(line, words) < 3 || str_ends(words[1], STR("/go.mod")))
            continue;
        buf_add(&kept, words[0]);
        buf_putc(&kept, ' ');
        buf_add(&kept, words[1]);
        buf_putc(&kept, '\n');
    }
    catalog_keep(sink, buf_str(&kept));
    return 0;
}

const struct cataloger cataloger_go_mod = {
    .name = "go-mod",
    .help = N_("Go modules of go.mod and go.sum"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/go.mod", "**/go.sum", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 16 * MIB,
    .read = go_read,
    .finish = go_finish,
};
