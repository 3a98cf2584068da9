/* Reads which actions GitHub's workflows use: "uses: owner/repository[/path]@ref" in
 * .github/workflows and in action.yml. Source: GitHub's documentation, "Workflow syntax".
 *
 * Decisions: actions of the repository itself (./path) and images (docker://) are none. A ref that
 * is a commit has the version that the comment behind it names ("# v4.1.1"), the way Dependabot
 * writes it; without one the commit is the version. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/locked.h"
#include "catalog/text.h"

/* Those of others: what a package brought along runs nowhere. */
static bool is_foreign(struct str path)
{
    static const char *const folders[] = {
        "node_modules", "vendor",       "third_party", "site-packages", "dist-packages", "gems",
        "pkg/mod",      "registry/src", "usr/lib",     "usr/share",     "usr/local/lib"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (locked_is_below(path, folders[i]))
            return true;
    return false;
}

static bool is_commit(struct str ref)
{
    for (size_t i = 0; i < ref.len; i++)
        if (!((ref.data[i] >= '0' && ref.data[i] <= '9') ||
              (ref.data[i] >= 'a' && ref.data[i] <= 'f')))
            return false;
    return ref.len == 40 || ref.len == 64;
}

static void add(struct catalog_sink *sink, struct str action, struct str comment)
{
    size_t at = str_last_index(action, '@');
    if (at == SIZE_MAX || str_starts(action, STR("./")) || str_starts(action, STR("docker://")))
        return;
    struct str name = str_first(action, at), ref = str_from(action, at + 1), word = STR_NONE;
    size_t owner = str_index(name, '/');
    if (owner == SIZE_MAX)
        return;
    size_t end = str_index(str_from(name, owner + 1), '/');
    name = str_first(name, end == SIZE_MAX ? name.len : owner + 1 + end);
    while (str_cut(&comment, ' ', &word) && !text_is_version(word))
        word = STR_NONE;
    struct package package = {
        .type = PACKAGE_GITHUB_ACTION,
        .origin = PACKAGE_DECLARED,
        .name = name,
        .version = is_commit(ref) && word.len ? word : ref,
    };
    if (ref.len)
        catalog_add_package(sink, &package);
}

static int github_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct str text = input->whole, line;
    if (is_foreign(input->path))
        return 0;
    while (str_cut(&text, '\n', &line)) {
        struct str word = str_trim(line), comment = STR_NONE;
        if (str_starts(word, STR("- ")))
            word = str_trim(str_from(word, 2));
        if (!str_starts(word, STR("uses:")))
            continue;
        word = str_trim(str_from(word, 5));
        size_t hash = str_find(word, STR(" #"));
        if (hash != SIZE_MAX) {
            comment = str_trim(str_from(word, hash + 2));
            word = str_trim(str_first(word, hash));
        }
        add(sink, text_unquoted(text_unquoted(word, '"'), '\''), comment);
    }
    return 0;
}

const struct cataloger cataloger_github_workflow = {
    .name = "github-workflow",
    .help = N_("actions that GitHub workflows use"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/.github/workflows/*.yml", "**/.github/workflows/*.yaml",
                                   "**/action.yml", "**/action.yaml", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = github_read,
};
