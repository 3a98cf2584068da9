/* Reads archives of Java: jar, war, ear and their like, archives inside of them at any depth, and
 * Jenkins plugins. Sources: Java SE, "JAR File Specification"; Maven Archiver (META-INF/maven);
 * Spring Boot, "The Executable Jar Format".
 *
 * Decisions:
 * - Of an archive only the directory, the manifest and Maven's files are read; only archives inside
 *   of it are unpacked, and stored ones are read where they are.
 * - The pom.properties (or, without one, the pom.xml) whose artifact the file is named after is the
 *   archive itself; else the one that the manifest names; else the only one, as long as the file's
 *   name does not tell another version. The others are copies
 *   that were put into it (shaded): VENDORED, with the same path.
 * - Without one the manifest and the file's name speak: java_identity.c.
 * - An archive whose group or version stays unknown is told with its SHA-1, which the database may
 *   know. Without a version it is no package unless it does. One that holds others is an
 * application and not a library: it is not looked up, since that would cost reading all of it.
 * - Archives of sources, documentation and tests (by their name) bring nothing that runs: passed
 *   over with all that is in them.
 * - What is no zip archive under an ending that others use, too (.par, .sar, .nar, .kar, .lpkg), is
 *   not one of Java's. */
#include <strings.h>

#include "base/hash.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "catalog/cataloger.h"
#include "catalog/java_identity.h"
#include "catalog/pom.h"
#include "catalog/program_table.h"
#include "io/zip.h"

enum { MANIFEST_MAX = 64 * 1024, SMALL_ARCHIVE = 16 * 1024 * 1024 };

/* One file of the image with everything inside of it. */
struct scan {
    struct catalog_sink *sink;
    uint64_t left; /* bytes that may still be inflated */
    uint64_t nested;
    bool told_nested;
};

enum member_kind { MEMBER_NONE, MEMBER_MANIFEST, MEMBER_PROPERTIES, MEMBER_POM, MEMBER_ARCHIVE };

struct member {
    enum member_kind kind;
    struct zip_member zip;
};

/* One set of coordinates of META-INF/maven. */
struct found {
    struct jar_coordinates is;
    struct str folder; /* "META-INF/maven/group/artifact" */
    const struct zip_member *pom;
    bool has_properties;
};

struct jar {
    struct scan *scan;
    struct zip *zip;
    const struct content *content;
    struct str path;  /* of the file, or inside of the archive around it */
    struct str inner; /* "lib/a.jar!/b.jar"; empty: the file itself */
    int depth;
    struct arena arena;
    VEC(struct member) members;
    VEC(struct found) founds;
    struct jar_manifest manifest;
};

static int read_jar(struct scan *scan, const struct content *content, struct str path,
                    struct str inner, int depth, struct pl_err *err);

/* ---- what is wanted of an archive ---- */

static bool has_ending(struct str name, const char *const *endings)
{
    size_t dot = str_last_index(name, '.');
    if (dot == SIZE_MAX)
        return false;
    struct str ending = str_from(name, dot + 1);
    for (; *endings; endings++)
        if (ending.len == strlen(*endings) && strncasecmp(ending.data, *endings, ending.len) == 0)
            return true;
    return false;
}

static bool is_archive(struct str name)
{
    static const char *const endings[] = {"jar", "war", "ear",  "par", "sar", "nar", "jpi",
                                          "hpi", "kar", "lpkg", "rar", "aar", NULL};
    return has_ending(name, endings);
}

/* Endings that files of other kinds have, too. */
static bool is_shared_ending(struct str name)
{
    static const char *const endings[] = {"par", "sar", "nar", "kar", "lpkg", "rar", NULL};
    return has_ending(name, endings);
}

static enum member_kind kind_of(const struct zip_member *member)
{
    static const char manifest[] = "META-INF/MANIFEST.MF", maven[] = "META-INF/maven/";
    struct str name = member->name;
    if (member->is_folder)
        return MEMBER_NONE;
    if (name.len == sizeof(manifest) - 1 && strncasecmp(name.data, manifest, name.len) == 0)
        return MEMBER_MANIFEST;
    if (str_starts(name, STR(maven))) {
        struct str rest = str_from(name, sizeof(maven) - 1), group, artifact;
        if (!str_cut(&rest, '/', &group) || !str_cut(&rest, '/', &artifact))
            return MEMBER_NONE;
        return str_is(rest, "pom.properties") ? MEMBER_PROPERTIES
               : str_is(rest, "pom.xml")      ? MEMBER_POM
                                              : MEMBER_NONE;
    }
    return is_archive(name) ? MEMBER_ARCHIVE : MEMBER_NONE;
}

/* A problem inside of the archive; the rest is kept. */
static void tell(struct jar *jar, struct str member, struct pl_err *problem)
{
    if (!catalog_wants_problem(jar->scan->sink))
        return;
    struct str place =
        jar->inner.len && member.len
            ? arena_printf(&jar->arena, "%.*s!/%.*s", STR_ARG(jar->inner), STR_ARG(member))
        : member.len ? member
                     : jar->inner;
    if (place.len)
        err_prefix(problem, "%.*s", STR_ARG(str_first(place, 600)));
    catalog_add_problem(jar->scan->sink, problem);
}

static int list_members(struct jar *jar, struct pl_err *err)
{
    struct zip_member member;
    int r;
    while ((r = zip_next(jar->zip, &member, err)) > 0) {
        enum member_kind kind = kind_of(&member);
        if (kind == MEMBER_NONE)
            continue;
        if (jar->members.count == LIMIT_JAR_MEMBERS)
            return err_limit(err, LIMIT_NAME(LIMIT_JAR_MEMBERS),
                             "more files of the archive tell of packages than LIMIT_JAR_MEMBERS "
                             "allows (%llu)",
                             LIMIT_JAR_MEMBERS);
        *VEC_ADD(&jar->members) = (struct member){kind, member};
    }
    return r;
}

/* ---- members ---- */

static int charge(struct scan *scan, size_t len, struct pl_err *err)
{
    if (len > scan->left)
        return err_limit(err, LIMIT_NAME(LIMIT_JAR_INFLATED),
                         "the archive and those inside of it inflate to more than "
                         "LIMIT_JAR_INFLATED (%llu bytes)",
                         LIMIT_JAR_INFLATED);
    scan->left -= len;
    return 0;
}

/* Up to `max` bytes of a member; more are an error, or left out where the beginning is enough. */
static int read_text(struct jar *jar, const struct zip_member *member, size_t max, bool beginning,
                     struct str *ret, struct pl_err *err)
{
    AUTO_BUF text = {0};
    struct str chunk;
    int r = zip_start(jar->zip, member, err);
    while (r == 0) {
        r = zip_read(jar->zip, &chunk, err);
        if (r == 0)
            r = charge(jar->scan, chunk.len, err);
        if (r < 0 || !chunk.len)
            break;
        if (chunk.len > max - text.len && !beginning)
            return err_limit(err, LIMIT_NAME(LIMIT_FILE_SMALL),
                             "it has more bytes than LIMIT_FILE_SMALL allows (%llu)",
                             LIMIT_FILE_SMALL);
        buf_add(&text, str_first(chunk, max - text.len));
        if (text.len == max && beginning)
            break;
    }
    if (r == 0)
        *ret = arena_str(&jar->arena, buf_str(&text));
    return r;
}

static void read_manifest(struct jar *jar, const struct zip_member *member)
{
    struct pl_err problem;
    struct str text = STR_NONE;
    /* Signed archives have a section for each file; the first is enough. */
    if (read_text(jar, member, MANIFEST_MAX, true, &text, &problem) < 0)
        tell(jar, member->name, &problem);
    else
        jar_manifest_read(text, &jar->arena, &jar->manifest);
}

static struct found *found_in(struct jar *jar, struct str folder)
{
    for (size_t i = jar->founds.count; i-- > 0;)
        if (str_equal(jar->founds.items[i].folder, folder))
            return &jar->founds.items[i];
    *VEC_ADD(&jar->founds) = (struct found){.folder = folder};
    return &jar->founds.items[jar->founds.count - 1];
}

static bool is_resolved(struct str text)
{
    return text.len && str_find(text, STR("${")) == SIZE_MAX;
}

static void read_properties(struct jar *jar, const struct zip_member *member)
{
    struct pl_err problem;
    struct str text = STR_NONE;
    if (read_text(jar, member, LIMIT_FILE_SMALL, false, &text, &problem) < 0) {
        tell(jar, member->name, &problem);
        return;
    }
    struct found *found = found_in(jar, path_dir(member->name));
    jar_properties_read(text, &found->is);
    if (!is_resolved(found->is.artifact))
        found->is.artifact = path_base(found->folder);
    if (!is_resolved(found->is.group))
        found->is.group = path_base(path_dir(found->folder));
    if (!is_resolved(found->is.version))
        found->is.version = STR_NONE;
    found->has_properties = found->is.version.len != 0;
}

static int read_pom(struct jar *jar, const struct zip_member *member, struct pom *ret,
                    struct pl_err *err)
{
    struct str text = STR_NONE;
    int r = read_text(jar, member, LIMIT_FILE_SMALL, false, &text, err);
    return r < 0 ? r : pom_read(text, &jar->arena, ret, err);
}

/* Where there is no pom.properties. */
static void identify_by_pom(struct jar *jar, struct found *found)
{
    struct pl_err problem;
    struct pom pom;
    found->is.artifact = path_base(found->folder);
    found->is.group = path_base(path_dir(found->folder));
    if (read_pom(jar, found->pom, &pom, &problem) < 0) {
        tell(jar, found->pom->name, &problem);
        return;
    }
    struct str group = pom.group.len ? pom.group : pom.parent_group;
    if (is_resolved(pom.artifact))
        found->is.artifact = pom.artifact;
    if (is_resolved(group))
        found->is.group = group;
    found->is.version = pom.version.len ? pom.version : pom.parent_version;
    if (!is_resolved(found->is.version))
        found->is.version = STR_NONE;
    pom_free(&pom);
}

static void read_metadata(struct jar *jar)
{
    bool has_manifest = false;
    for (size_t i = 0; i < jar->members.count; i++) {
        const struct member *member = &jar->members.items[i];
        if (member->kind == MEMBER_MANIFEST && !has_manifest) {
            has_manifest = true;
            read_manifest(jar, &member->zip);
        } else if (member->kind == MEMBER_PROPERTIES) {
            read_properties(jar, &member->zip);
        }
    }
    for (size_t i = 0; i < jar->members.count; i++)
        if (jar->members.items[i].kind == MEMBER_POM)
            found_in(jar, path_dir(jar->members.items[i].zip.name))->pom =
                &jar->members.items[i].zip;
    for (size_t i = 0; i < jar->founds.count; i++)
        if (!jar->founds.items[i].has_properties && jar->founds.items[i].pom)
            identify_by_pom(jar, &jar->founds.items[i]);
}

/* ---- which of them is the archive itself ---- */

static bool named_by_manifest(const struct jar_manifest *manifest, struct str artifact)
{
    struct str bundle = manifest->symbolic_name;
    bundle = str_from(bundle, str_last_index(bundle, '.') + 1);
    return str_equal(manifest->title, artifact) || str_equal(bundle, artifact) ||
           str_equal(manifest->short_name, artifact);
}

static struct found *find_own(struct jar *jar, struct str stem)
{
    struct found *best = NULL;
    for (size_t i = 0; i < jar->founds.count; i++) {
        struct found *found = &jar->founds.items[i];
        if (jar_stem_is(stem, found->is.artifact) &&
            (!best || found->is.artifact.len > best->is.artifact.len))
            best = found;
    }
    for (size_t i = 0; i < jar->founds.count && !best; i++)
        if (named_by_manifest(&jar->manifest, jar->founds.items[i].is.artifact))
            best = &jar->founds.items[i];
    if (best || jar->founds.count != 1)
        return best;
    /* "app.jar" can be anything; "other-2.7.jar" with thing 6.4 in it is not that thing. */
    struct jar_coordinates named;
    struct str classifier;
    jar_split_stem(stem, &jar->manifest, &named, &classifier);
    bool other = named.version.len && jar->founds.items[0].is.version.len &&
                 !str_starts(named.version, jar->founds.items[0].is.version);
    return other ? NULL : jar->founds.items;
}

static void add(struct jar *jar, const struct jar_coordinates *is, enum package_origin origin,
                const struct str *licenses, size_t license_count, struct str sha1)
{
    struct package package = {
        .type = PACKAGE_MAVEN,
        .origin = origin,
        .name = is->group.len ? arena_printf(&jar->arena, "%.*s:%.*s", STR_ARG(is->group),
                                             STR_ARG(is->artifact))
                              : is->artifact,
        .version = is->version,
        .licenses = (struct str *)(uintptr_t)licenses,
        .license_count = license_count,
        .inner = jar->inner,
        .sha1 = sha1,
    };
    const struct program *program = program_of_maven(package.name);
    struct str cpes[PROGRAM_CPES];
    if (program)
        program_add_cpes(program, &package, cpes);
    catalog_add_package(jar->scan->sink, &package);
}

static int digest(struct jar *jar, struct str *ret_sha1, struct pl_err *err)
{
    enum { CHUNK = 256 * 1024 };
    AUTO_FREE char *scratch = jar->content->bytes ? NULL : mem_alloc(CHUNK);
    const unsigned char *bytes;
    char text[SHA1_TEXT];
    struct sha1 hash;
    sha1_init(&hash);
    for (uint64_t at = 0; at < jar->content->size;) {
        uint64_t left = jar->content->size - at;
        size_t len = left < CHUNK ? (size_t)left : CHUNK;
        int r = content_read(jar->content, at, len, scratch, &bytes, err);
        if (r < 0)
            return r;
        sha1_add(&hash, bytes, len);
        at += len;
    }
    sha1_text(&hash, text);
    *ret_sha1 = arena_str(&jar->arena, str_of(text));
    return 0;
}

static bool is_same(const struct jar_coordinates *a, const struct jar_coordinates *b)
{
    return str_equal(a->group, b->group) && str_equal(a->artifact, b->artifact) &&
           str_equal(a->version, b->version);
}

static bool holds_archives(const struct jar *jar)
{
    for (size_t i = 0; i < jar->members.count; i++)
        if (jar->members.items[i].kind == MEMBER_ARCHIVE)
            return true;
    return false;
}

static int add_packages(struct jar *jar, struct str stem, struct pl_err *err)
{
    struct str licenses[JAR_LICENSES_MAX], sha1 = STR_NONE;
    struct found *own = find_own(jar, stem);
    size_t count = jar_manifest_licenses(&jar->manifest, licenses);
    struct pom pom = {0};
    struct pl_err ignored;
    struct jar_coordinates is = {0};
    if (own)
        is = own->is;
    if (own && !count && own->pom && read_pom(jar, own->pom, &pom, &ignored) == 0)
        for (; count < pom.licenses.count && count < JAR_LICENSES_MAX; count++)
            licenses[count] = pom.licenses.items[count];
    pom_free(&pom);
    if (!own) {
        jar_identify(stem, &jar->manifest, &is);
    } else if (!is.version.len) {
        struct jar_coordinates named;
        jar_identify(stem, &jar->manifest, &named);
        is.version = named.version;
    }
    int r = 0;
    if (is.artifact.len && (!is.group.len || !is.version.len) && !holds_archives(jar))
        r = digest(jar, &sha1, err);
    if (r == 0 && is.artifact.len && (is.version.len || sha1.len))
        add(jar, &is, PACKAGE_INSTALLED, licenses, count, sha1);
    for (size_t i = 0; i < jar->founds.count; i++) {
        const struct found *found = &jar->founds.items[i];
        bool again = is_same(&found->is, &is);
        for (size_t k = 0; k < i && !again; k++)
            again = is_same(&found->is, &jar->founds.items[k].is);
        if (found != own && found->is.version.len && !again)
            add(jar, &found->is, PACKAGE_VENDORED, NULL, 0, STR_NONE);
    }
    return r;
}

/* ---- archives inside ---- */

/* A member handed out in order, held against what may be inflated in all. */
struct member_input {
    struct input input; /* first */
    struct jar *jar;
};

static int next_of_member(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct jar *jar = ((struct member_input *)input)->jar;
    int r = zip_read(jar->zip, ret_chunk, err);
    return r < 0 ? r : charge(jar->scan, ret_chunk->len, err);
}

/* Before anything of it is inflated: zip_read() holds it to the size that it tells. */
static int check_bomb(const struct zip_member *member, struct pl_err *err)
{
    if (member->size > SMALL_ARCHIVE && member->size / LIMIT_INFLATE_RATIO > member->compressed)
        return err_limit(err, LIMIT_NAME(LIMIT_INFLATE_RATIO),
                         "the archive inflates to more than %llu times its size: it is a bomb",
                         LIMIT_INFLATE_RATIO);
    return 0;
}

static int read_nested(struct jar *jar, const struct zip_member *member, struct str inner,
                       struct pl_err *err)
{
    AUTO_CONTENT content = {.fd = -1};
    int r = 0;
    if (!zip_stored(jar->zip, member, &content)) {
        struct member_input stream = {
            .input = {.path = member->name, .size = member->size, .next = next_of_member, .fd = -1},
            .jar = jar,
        };
        r = check_bomb(member, err);
        if (r == 0)
            r = zip_start(jar->zip, member, err);
        if (r == 0)
            r = content_gather(&stream.input, &content, err);
    }
    return r < 0 ? r : read_jar(jar->scan, &content, member->name, inner, jar->depth + 1, err);
}

static void read_inside(struct jar *jar, const struct zip_member *member)
{
    struct pl_err problem;
    struct scan *scan = jar->scan;
    int r;
    struct str inner = jar->inner.len ? arena_printf(&jar->arena, "%.*s!/%.*s", STR_ARG(jar->inner),
                                                     STR_ARG(member->name))
                                      : member->name;
    if (jar->depth + 1 >= LIMIT_JAR_DEPTH)
        r = err_limit(&problem, LIMIT_NAME(LIMIT_JAR_DEPTH),
                      "archives are nested deeper than LIMIT_JAR_DEPTH allows (%d)",
                      LIMIT_JAR_DEPTH);
    else if (scan->nested == LIMIT_JAR_NESTED)
        r = err_limit(
            &problem, LIMIT_NAME(LIMIT_JAR_NESTED),
            "there are more archives inside than LIMIT_JAR_NESTED allows (%llu); this one "
            "and those behind it are left out",
            LIMIT_JAR_NESTED);
    else {
        scan->nested++;
        r = read_nested(jar, member, inner, &problem);
    }
    if (r == 0 || scan->told_nested)
        return;
    scan->told_nested = problem.limit && strcmp(problem.limit, "LIMIT_JAR_NESTED") == 0;
    tell(jar, member->name, &problem);
}

static bool is_zip(const struct content *content)
{
    unsigned char scratch[4];
    const unsigned char *bytes;
    struct pl_err ignored;
    return content_read(content, 0, 4, scratch, &bytes, &ignored) == 0 &&
           memcmp(bytes, "PK", 2) == 0;
}

static int read_jar(struct scan *scan, const struct content *content, struct str path,
                    struct str inner, int depth, struct pl_err *err)
{
    struct str stem = jar_stem(path);
    struct jar jar = {
        .scan = scan, .content = content, .path = path, .inner = inner, .depth = depth};
    if (jar_is_documentation(stem) || content->size == 0 ||
        (is_shared_ending(path) && !is_zip(content)))
        return 0;
    int r = zip_open_content(content, &jar.zip, err);
    if (r < 0)
        return r;
    r = list_members(&jar, err);
    read_metadata(&jar);
    struct pl_err problem;
    if (add_packages(&jar, stem, &problem) < 0)
        tell(&jar, STR_NONE, &problem);
    for (size_t i = 0; i < jar.members.count; i++)
        if (jar.members.items[i].kind == MEMBER_ARCHIVE)
            read_inside(&jar, &jar.members.items[i].zip);
    zip_close(jar.zip);
    VEC_FREE(&jar.members);
    VEC_FREE(&jar.founds);
    arena_free(&jar.arena);
    return r;
}

static int java_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    struct scan scan = {.sink = sink, .left = LIMIT_JAR_INFLATED};
    (void)companion;
    return read_jar(&scan, input->content, input->path, STR_NONE, 0, err);
}

const struct cataloger cataloger_java_archive = {
    .name = "java-archive",
    .help = N_("archives of Java (jar, war, ear, Jenkins plugins), with those inside of them"),
    .group = "language",
    .version = 1,
    .wants =
        (const char *const[]){"**/*.jar", "**/*.war", "**/*.ear", "**/*.par", "**/*.sar",
                              "**/*.nar", "**/*.jpi", "**/*.hpi", "**/*.kar", "**/*.lpkg", NULL},
    .mode = CATALOG_RANDOM,
    .read = java_read,
};
