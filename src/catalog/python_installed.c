/* Reads installed Python distributions. Source: PyPA, "Recording installed projects" (METADATA,
 * RECORD, direct_url.json) and "Core metadata specifications"; setuptools' older .egg-info, as a
 * folder or a file.
 *
 * Decisions:
 * - Name and version are those of the metadata; a .dist-info folder that has lost its METADATA is
 *   told by its own name and version, as long as its RECORD is there: pip lists it so, too.
 * - What direct_url.json says of a repository becomes the purl's vcs_url.
 * - Inside a folder called _vendor a distribution is a copy that another one brought along. */
#include <strings.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "io/json_doc.h"

enum { LICENSES_MAX = 8, NAME_MAX_LEN = 200 };
enum kind { KIND_NONE, KIND_METADATA, KIND_RECORD, KIND_DIRECT_URL, KIND_EGG_FILE };

static enum kind kind_of(struct str path)
{
    struct str base = path_base(path);
    if (str_is(base, "METADATA") || str_is(base, "PKG-INFO"))
        return KIND_METADATA;
    if (str_is(base, "RECORD"))
        return KIND_RECORD;
    if (str_is(base, "direct_url.json"))
        return KIND_DIRECT_URL;
    return str_ends(base, STR(".egg-info")) ? KIND_EGG_FILE : KIND_NONE;
}

/* The first header of this name, as in a mail: any case, continued lines left out. */
static struct str header(struct str text, const char *name)
{
    struct str line;
    size_t len = strlen(name);
    while (str_cut(&text, '\n', &line)) {
        if (str_trim(line).len == 0)
            return STR_NONE; /* the description */
        if (line.len > len && line.data[len] == ':' && strncasecmp(line.data, name, len) == 0)
            return str_trim(str_from(line, len + 1));
    }
    return STR_NONE;
}

static void take_needs(struct details *details, struct str text)
{
    static const struct str name = {"requires-dist:", 14};
    struct str line;
    while (str_cut(&text, '\n', &line))
        if (line.len > name.len && strncasecmp(line.data, name.data, name.len) == 0)
            details_need_python(details, str_from(line, name.len));
}

/* What Core metadata say of the licence: its expression, else its words, else its classifiers. A
 * License field that holds a whole text tells no name. How many there are. */
static size_t take_licenses(struct str text, struct str licenses[LICENSES_MAX])
{
    struct str license = header(text, "License-Expression"), line;
    size_t count = 0;
    if (!license.len)
        license = header(text, "License");
    if (license.len && license.len < NAME_MAX_LEN && !str_is(license, "UNKNOWN")) {
        licenses[0] = license;
        return 1;
    }
    while (count < LICENSES_MAX && str_cut(&text, '\n', &line) && str_trim(line).len)
        if (str_starts(line, STR("Classifier: License ::")) &&
            !str_ends(str_trim(line), STR(":: OSI Approved")))
            licenses[count++] = str_trim(str_from(line, sizeof("Classifier:") - 1));
    return count;
}

static bool is_vendored(struct str path)
{
    return str_find(path, STR("/_vendor/")) != SIZE_MAX ||
           str_find(path, STR("/_vendored/")) != SIZE_MAX;
}

static void encode(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr(".-_~:/", c))
            buf_putc(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

/* "vcs_url=git+https://…@commit" of what direct_url.json tells; empty for other sources. */
static struct str vcs_url(struct arena *arena, struct str text)
{
    struct pl_err ignored;
    AUTO_JSON *root = NULL;
    AUTO_BUF out = {0};
    if (json_document(text, &root, &ignored) < 0)
        return STR_NONE;
    const json_t *info = json_member(root, "vcs_info");
    struct str url = json_text(root, "url"), vcs = json_text(info, "vcs");
    struct str commit = json_text(info, "commit_id");
    if (!url.len || !vcs.len)
        return STR_NONE;
    buf_puts(&out, "vcs_url=");
    encode(&out, vcs);
    buf_puts(&out, "%2B");
    encode(&out, url);
    if (commit.len) {
        buf_puts(&out, "%40");
        encode(&out, commit);
    }
    return arena_str(arena, buf_str(&out));
}

/* "name-version.dist-info" */
static void split_folder(struct str folder, struct package *package)
{
    size_t suffix = str_last_index(folder, '.');
    folder = str_first(folder, suffix);
    size_t dash = str_index(folder, '-');
    package->name = str_first(folder, dash);
    package->version = dash == SIZE_MAX ? STR_NONE : str_from(folder, dash + 1);
    if (!package->name.len)
        package->version = STR_NONE;
}

/* Files of one .dist-info or .egg-info folder, or one .egg-info file. */
static void add(struct catalog_sink *sink, const struct catalog_file *files, size_t count)
{
    struct arena arena = {0};
    const struct catalog_file *metadata = NULL, *record = NULL, *direct = NULL;
    for (size_t i = 0; i < count; i++) {
        enum kind kind = kind_of(files[i].path);
        if (kind == KIND_METADATA || kind == KIND_EGG_FILE)
            metadata = &files[i];
        else if (kind == KIND_RECORD)
            record = &files[i];
        else if (kind == KIND_DIRECT_URL)
            direct = &files[i];
    }
    struct package package = {.type = PACKAGE_PYPI};
    struct str licenses[LICENSES_MAX];
    const struct catalog_file *told = metadata ? metadata : record;
    if (metadata) {
        package.name = header(metadata->content, "Name");
        package.version = header(metadata->content, "Version");
        package.licenses = licenses;
        package.license_count = take_licenses(metadata->content, licenses);
    }
    if (told && (!package.name.len || !package.version.len))
        split_folder(path_base(path_dir(told->path)), &package);
    if (told)
        catalog_set_path(sink, told->path);
    if (told && !package.version.len) {
        struct pl_err problem;
        err_set(&problem, PL_E_FORMAT, "the metadata have no name or no version");
        catalog_add_problem(sink, &problem);
    } else if (told) {
        package.origin = is_vendored(told->path) ? PACKAGE_VENDORED : PACKAGE_INSTALLED;
        if (direct)
            package.qualifiers = vcs_url(&arena, direct->content);
        struct details details = {0};
        if (details_start(&details, sink) && metadata)
            take_needs(&details, metadata->content);
        details_put(&details, &package);
        catalog_add_package(sink, &package);
        details_free(&details);
    }
    arena_free(&arena);
}

static int python_finish(struct catalog_sink *sink, const struct catalog_files *files,
                         struct pl_err *err)
{
    (void)err;
    for (size_t i = 0; i < files->count;) {
        size_t end = i + 1;
        bool alone = kind_of(files->items[i].path) == KIND_EGG_FILE;
        while (!alone && end < files->count && kind_of(files->items[end].path) != KIND_EGG_FILE &&
               str_equal(path_dir(files->items[end].path), path_dir(files->items[i].path)))
            end++;
        add(sink, files->items + i, end - i);
        i = end;
    }
    return 0;
}

/* What is kept of a file until all have been seen. */
static int python_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    struct str text = input->whole, kept = STR_NONE;
    (void)companion;
    (void)err;
    switch (kind_of(input->path)) {
    case KIND_METADATA:
    case KIND_EGG_FILE: { /* headers end with an empty line; behind it is a description */
        size_t end = str_find(text, STR("\n\n")), other = str_find(text, STR("\r\n\r\n"));
        kept = str_first(text, end < other ? end : other);
        break;
    }
    case KIND_DIRECT_URL:
        kept = text;
        break;
    case KIND_RECORD: /* that it is there is enough */
    case KIND_NONE:
        break;
    }
    catalog_keep(sink, kept);
    return 0;
}

const struct cataloger cataloger_python_installed = {
    .name = "python-installed",
    .help = N_("installed Python distributions (.dist-info, .egg-info)"),
    .group = "language",
    .version = 3,
    .wants = (const char *const[]){"**/*.dist-info/METADATA", "**/*.dist-info/RECORD",
                                   "**/*.dist-info/direct_url.json", "**/*.egg-info/PKG-INFO",
                                   "**/EGG-INFO/PKG-INFO", "**/*.egg-info", NULL},
    .mode = CATALOG_WHOLE,
    .read = python_read,
    .finish = python_finish,
};
