/* Reads .NET project files: MSBuild's documentation ("Project file schema reference", "Customize
 * your build by folder") and NuGet's ("PackageReference", "Central Package Management"). A
 * PackageReference has its version, or the PackageVersion of the nearest Directory.Packages.props
 * above has it; both may be written with properties of the file itself or of the nearest
 * Directory.Build.props and Directory.Packages.props above.
 *
 * Decisions: conditions are not evaluated, what stands below one counts; of equal properties the
 * last. A version without brackets asks for that one or later, and NuGet takes that one; ranges and
 * "1.*" are not exact. PrivateAssets "all" means that the package serves the build alone. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "catalog/locked.h"
#include "io/xml.h"

enum { PROPERTY_DEPTH = 8, EXPANDED_MAX = 256 };

/* What is kept of a file: lines of a letter and words apart by tabs.
 *     P name value          a property
 *     R id version private  a PackageReference
 *     V id version          a PackageVersion */
struct scan {
    struct buf out;
    struct buf id, version, private_assets;
    char kind; /* of the item that is open; 0: none */
    size_t depth, item_depth, group_depth;
};

static void set(struct buf *buf, struct str text)
{
    buf->len = 0;
    buf_add(buf, text);
}

static void put_word(struct buf *out, struct str word)
{
    buf_putc(out, '\t');
    for (size_t i = 0; i < word.len; i++)
        buf_putc(out, strchr("\t\n", word.data[i]) ? ' ' : word.data[i]);
}

static void put_item(struct scan *scan)
{
    buf_putc(&scan->out, scan->kind);
    put_word(&scan->out, buf_str(&scan->id));
    put_word(&scan->out, buf_str(&scan->version));
    put_word(&scan->out, buf_str(&scan->private_assets));
    buf_putc(&scan->out, '\n');
}

static bool start(void *context, struct str name, const char **attributes)
{
    struct scan *scan = context;
    scan->depth++;
    if (str_is(name, "PropertyGroup"))
        scan->group_depth = scan->depth;
    bool is_version = str_is(name, "PackageVersion");
    if (!is_version && !str_is(name, "PackageReference") && !str_is(name, "GlobalPackageReference"))
        return (scan->group_depth && scan->depth == scan->group_depth + 1) || scan->kind;
    scan->kind = is_version ? 'V' : 'R';
    scan->item_depth = scan->depth;
    struct str id = xml_attribute(attributes, "Include");
    struct str version = xml_attribute(attributes, "VersionOverride");
    set(&scan->id, id.len ? id : xml_attribute(attributes, "Update"));
    set(&scan->version, version.len ? version : xml_attribute(attributes, "Version"));
    set(&scan->private_assets, xml_attribute(attributes, "PrivateAssets"));
    if (str_is(name, "GlobalPackageReference"))
        set(&scan->private_assets, STR("all"));
    return false;
}

static void end(void *context, struct str name, struct str text)
{
    struct scan *scan = context;
    size_t depth = scan->depth--;
    if (scan->kind && depth == scan->item_depth + 1) {
        if (str_is(name, "Version") || str_is(name, "VersionOverride"))
            set(&scan->version, text);
        else if (str_is(name, "PrivateAssets"))
            set(&scan->private_assets, text);
    } else if (scan->kind && depth == scan->item_depth) {
        if (scan->kind == 'R' || scan->version.len)
            put_item(scan);
        scan->kind = 0;
    } else if (scan->group_depth && depth == scan->group_depth + 1 && text.len) {
        buf_putc(&scan->out, 'P');
        put_word(&scan->out, name);
        put_word(&scan->out, text);
        buf_putc(&scan->out, '\n');
    } else if (depth == scan->group_depth) {
        scan->group_depth = 0;
    }
}

static int project_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    struct scan scan = {0};
    struct xml_reader xml = {.text = input->whole, .start = start, .end = end, .context = &scan};
    (void)companion;
    int r = xml_read(&xml, err);
    if (r == 0)
        catalog_keep(sink, buf_str(&scan.out));
    buf_free(&scan.out);
    buf_free(&scan.id);
    buf_free(&scan.version);
    buf_free(&scan.private_assets);
    return r;
}

/* The words of a kept line. */
struct line {
    char kind;
    struct str name, value, more;
};

static struct line line_at(struct str content, size_t at)
{
    struct line line = {.kind = content.data[at]};
    struct str rest = str_from(content, at + 2);
    rest = str_first(rest, str_index(rest, '\n'));
    str_cut(&rest, '\t', &line.name);
    str_cut(&rest, '\t', &line.value);
    str_cut(&rest, '\t', &line.more);
    return line;
}

/* What was kept of a file; where its lines begin, by kind and name, those of one name in order. */
struct lines {
    struct str content;
    uint32_t *starts;
    size_t count;
};

/* MSBuild's names know no case. */
static int compare_words(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? strncasecmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_lines(const void *a, const void *b, void *context)
{
    const struct lines *lines = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    struct line one = line_at(lines->content, x), other = line_at(lines->content, y);
    if (one.kind != other.kind)
        return one.kind < other.kind ? -1 : 1;
    int order = compare_words(one.name, other.name);
    return order ? order : (x > y) - (x < y);
}

static void index_lines(struct lines *lines)
{
    VEC(uint32_t) starts = {0};
    struct str content = lines->content;
    for (size_t at = 0; at < content.len;) {
        *VEC_ADD(&starts) = (uint32_t)at;
        at += str_index(str_from(content, at), '\n') + 1;
    }
    lines->starts = starts.items;
    lines->count = starts.count;
    if (lines->count)
        qsort_r(lines->starts, lines->count, sizeof(uint32_t), compare_lines, lines);
}

/* The value of the last line of this kind and name. */
static struct str find_value(const struct lines *lines, char kind, struct str name)
{
    size_t low = 0, high = lines ? lines->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct line line = line_at(lines->content, lines->starts[middle]);
        bool is_behind = line.kind != kind ? line.kind > kind : compare_words(line.name, name) > 0;
        if (is_behind)
            high = middle;
        else
            low = middle + 1;
    }
    if (low == 0)
        return STR_NONE;
    struct line line = line_at(lines->content, lines->starts[low - 1]);
    return line.kind == kind && compare_words(line.name, name) == 0 ? line.value : STR_NONE;
}

static struct lines *find_file(const struct catalog_files *files, struct lines *all,
                               struct str path)
{
    size_t low = 0, high = files->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(files->items[middle].path, path);
        if (order == 0)
            return &all[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The file of this name in the folder of `path` or the nearest above; NULL: there is none. */
static const struct lines *find_above(const struct catalog_files *files, struct lines *all,
                                      struct str path, const char *name)
{
    char text[LIMIT_PATH];
    struct str dir = path;
    do {
        dir = path_dir(dir);
        int len = snprintf(text, sizeof(text), "%.*s%s%s", STR_ARG(dir), dir.len ? "/" : "", name);
        struct lines *found = len > 0 && (size_t)len < sizeof(text)
                                  ? find_file(files, all, str_make(text, (size_t)len))
                                  : NULL;
        if (found)
            return found;
    } while (dir.len);
    return NULL;
}

/* A project's own lines, and those of the files above that it is built with. */
struct project {
    const struct lines *own, *build, *packages;
    char buffer[2][EXPANDED_MAX];
};

static struct str property(const struct project *project, struct str name)
{
    struct str found = find_value(project->own, 'P', name);
    if (!found.len)
        found = find_value(project->packages, 'P', name);
    return found.len ? found : find_value(project->build, 'P', name);
}

/* "$(Name)" in `text` replaced, also in what it is replaced by; empty: one is not known. */
static struct str expand(struct project *project, struct str text)
{
    for (int round = 0; round < PROPERTY_DEPTH; round++) {
        size_t open = str_find(text, STR("$("));
        if (open == SIZE_MAX)
            return text;
        struct str rest = str_from(text, open + 2);
        size_t close = str_index(rest, ')');
        struct str value = close == SIZE_MAX ? STR_NONE : property(project, str_first(rest, close));
        char *buffer = project->buffer[round % 2];
        int len = snprintf(buffer, EXPANDED_MAX, "%.*s%.*s%.*s", STR_ARG(str_first(text, open)),
                           STR_ARG(value), STR_ARG(str_from(rest, close + 1)));
        if (!value.len || len < 0 || len >= EXPANDED_MAX)
            return STR_NONE;
        text = str_make(buffer, (size_t)len);
    }
    return STR_NONE;
}

/* "1.2.3" of itself and of "[1.2.3]"; empty: a range. */
static struct str exact(struct str version)
{
    version = str_trim(version);
    if (str_starts(version, STR("[")) && str_ends(version, STR("]")))
        version = str_trim(str_make(version.data + 1, version.len - 2));
    return version.len && version.data[0] != '[' && version.data[0] != '(' &&
                   locked_is_version(version)
               ? version
               : STR_NONE;
}

static void add_references(struct catalog_sink *sink, struct project *project)
{
    for (size_t i = 0; i < project->own->count; i++) {
        struct line line = line_at(project->own->content, project->own->starts[i]);
        if (line.kind != 'R' || !line.name.len)
            continue;
        struct str version = line.value;
        if (!version.len)
            version = find_value(project->packages, 'V', line.name);
        struct package package = {.type = PACKAGE_NUGET,
                                  .origin = PACKAGE_DECLARED,
                                  .development = compare_words(line.more, STR("all")) == 0,
                                  .name = line.name,
                                  .version = exact(expand(project, version))};
        if (package.version.len && locked_is_version(package.name))
            catalog_add_package(sink, &package);
    }
}

static int project_finish(struct catalog_sink *sink, const struct catalog_files *files,
                          struct pl_err *err)
{
    struct lines *all = mem_zalloc(files->count ? files->count : 1, sizeof(*all));
    (void)err;
    for (size_t i = 0; i < files->count; i++) {
        all[i].content = files->items[i].content;
        index_lines(&all[i]);
    }
    for (size_t i = 0; i < files->count; i++) {
        struct str path = files->items[i].path;
        struct project project = {.own = &all[i],
                                  .build = find_above(files, all, path, "Directory.Build.props"),
                                  .packages =
                                      find_above(files, all, path, "Directory.Packages.props")};
        catalog_set_path(sink, path);
        add_references(sink, &project);
    }
    for (size_t i = 0; i < files->count; i++)
        free(all[i].starts);
    free(all);
    return 0;
}

const struct cataloger cataloger_dotnet_project = {
    .name = "dotnet-project",
    .help = N_("NuGet packages that .NET projects ask for (*.csproj, Directory.Packages.props)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/*.csproj", "**/*.fsproj", "**/*.vbproj",
                                   "**/Directory.Packages.props", "**/Directory.Build.props", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 8 * MIB, /* places of lines are 32 bits */
    .read = project_read,
    .finish = project_finish,
};
