/* Alpine's secdb, https://secdb.alpinelinux.org, and what others publish in its format: one
 * document a release and repository, the versions of each package with the ids that they fix.
 *
 * The version "0" says that the package was never affected. An id that stands there and under a
 * version too counts under the version. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/words.h"

static bool alpine_recognise(struct str head)
{
    return head_has_member(head, 1, "packages") &&
           (head_has_member(head, 1, "apkurl") || head_has_member(head, 1, "reponame") ||
            head_has_member(head, 1, "distroversion"));
}

enum { IDS_MAX = 32 };

/* The vulnerabilities of one entry. */
struct alpine_ids {
    struct str ids[IDS_MAX];
    size_t count;
    struct str ghsa; /* another name of the CVEs beside it */
};

struct alpine {
    uint32_t unit;
    struct str name_space;
    struct arena arena; /* of one package */
    struct str distroversion, reponame, urlprefix;
    struct arena names; /* of the document */
};

static bool is_word_of_id(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return true;
}

/* Ids that are no CVEs begin with capitals (their database's name) and have a number behind a dash:
 * "XSA-207", "TALOS-2019-0844", "ZDI-CAN-22300", "DW202402-001", "GHSA-f7r5-w49x-gxm3". */
static bool is_other_id(struct str word)
{
    size_t dash = str_index(word, '-');
    bool digit = false;
    if (dash == SIZE_MAX || dash < 2 || !is_word_of_id(word) || str_starts(word, STR("CVE")))
        return false;
    for (size_t i = 0; i < dash; i++)
        if (!((word.data[i] >= 'A' && word.data[i] <= 'Z') ||
              (i >= 2 && word.data[i] >= '0' && word.data[i] <= '9')))
            return false;
    for (size_t i = dash; i < word.len; i++)
        digit = digit || (word.data[i] >= '0' && word.data[i] <= '9');
    return digit && word.len < 64;
}

static void add_id(struct alpine_ids *ids, struct str id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (str_equal(ids->ids[i], id))
            return;
    if (ids->count < IDS_MAX)
        ids->ids[ids->count++] = id;
}

/* An entry is ids apart by blanks, and words about them: "CVE-2016-9377 XSA-196", "CVE-2018-14461
 * (LDP)", "CVE-2021-35940.patch", "CVE 2018-16859". A GHSA beside a CVE is the same vulnerability;
 * other ids are vulnerabilities of their own. */
static struct alpine_ids split_entry(struct arena *arena, struct str entry)
{
    struct alpine_ids ids = {.count = 0};
    struct str rest = entry, word, id, before = STR_NONE;
    bool has_cve = words_cve(arena, entry, &id);
    while (str_cut(&rest, ' ', &word)) {
        struct str cve_text = word;
        if (before.data && str_is(before, "CVE"))
            cve_text = str_make(before.data, (size_t)(word.data + word.len - before.data));
        if (words_cve(arena, cve_text, &id))
            add_id(&ids, id);
        else if (str_starts(word, STR("GHSA-")) && is_other_id(word) && has_cve)
            ids.ghsa = word;
        else if (is_other_id(word))
            add_id(&ids, word);
        before = word;
    }
    return ids;
}

static bool stands_elsewhere(struct arena *arena, const json_t *secfixes, struct str id)
{
    const char *version;
    json_t *list, *item;
    size_t index;
    json_object_foreach((json_t *)(uintptr_t)secfixes, version, list)
    {
        if (strcmp(version, "0") == 0)
            continue;
        json_array_foreach(list, index, item)
        {
            struct alpine_ids ids =
                split_entry(arena, str_make(json_string_value(item), json_string_length(item)));
            for (size_t i = 0; i < ids.count; i++)
                if (str_equal(ids.ids[i], id))
                    return true;
        }
    }
    return false;
}

static void add_statement(struct feed_import *import, const struct feed_document *document,
                          const struct alpine *alpine, struct str package, struct str id,
                          struct str version)
{
    struct pl_err err;
    struct advisory_range range = {.introduced = STR(""), .fixed = version};
    bool never = str_equal(version, STR("0"));
    struct vulndb_statement statement = {
        .feed = FEED_ALPINE,
        .advisory = id,
        .ids = &id,
        .id_count = 1,
        .status = never ? ADVISORY_NOT_AFFECTED : ADVISORY_AFFECTED,
        .ranges = &range,
        .range_count = never ? 0 : 1,
    };
    if (builder_statement(import->builder, alpine->unit, alpine->name_space, package, &statement,
                          &err) < 0)
        feed_tell(import, document, package, &err);
}

static void read_entry(struct feed_import *import, const struct feed_document *document,
                       struct alpine *alpine, const json_t *secfixes, struct str package,
                       struct str version, struct str entry)
{
    struct pl_err err;
    struct alpine_ids ids = split_entry(&alpine->arena, entry);
    for (size_t i = 0; i < ids.count; i++) {
        if (str_equal(version, STR("0")) && stands_elsewhere(&alpine->arena, secfixes, ids.ids[i]))
            continue;
        add_statement(import, document, alpine, package, ids.ids[i], version);
        struct vulndb_facet facet = {.aliases = &ids.ghsa, .alias_count = 1};
        if (ids.ghsa.len &&
            builder_facet(import->builder, alpine->unit, ids.ids[i], &facet, &err) < 0)
            feed_tell(import, document, package, &err);
    }
}

static void read_package(struct feed_import *import, const struct feed_document *document,
                         const struct str *names, const json_t *json, void *context)
{
    struct alpine *alpine = context;
    const json_t *pkg = json_member(json, "pkg");
    struct str package = json_text(pkg, "name");
    json_t *secfixes = json_member(pkg, "secfixes"), *list, *item;
    const char *version;
    size_t index;
    (void)names;
    if (!package.len) {
        struct pl_err err;
        err_set(&err, PL_E_FORMAT, "a package has no name");
        feed_tell(import, document, STR_NONE, &err);
        return;
    }
    json_object_foreach(secfixes, version, list) json_array_foreach(list, index, item)
        read_entry(import, document, alpine, secfixes, package, str_trim(str_of(version)),
                   str_make(json_string_value(item), json_string_length(item)));
    arena_free(&alpine->arena);
}

static int take_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    struct alpine *alpine = context;
    (void)err;
    if (str_is(name, "distroversion"))
        alpine->distroversion = arena_str(&alpine->names, text);
    else if (str_is(name, "reponame"))
        alpine->reponame = arena_str(&alpine->names, text);
    else if (str_is(name, "urlprefix"))
        alpine->urlprefix = arena_str(&alpine->names, text);
    return 0;
}

/* The release stands in the document, before the packages or behind them; systems without releases
 * (Wolfi, Chainguard) are told by where their packages are. */
static int set_unit(struct feed_import *import, struct alpine *alpine, struct pl_err *err)
{
    struct str system = alpine->distroversion;
    if (system.len) {
        alpine->name_space = arena_printf(&alpine->names, "Alpine:%.*s", STR_ARG(system));
    } else if (str_find(alpine->urlprefix, STR("wolfi")) != SIZE_MAX) {
        alpine->name_space = STR("Wolfi");
        system = STR("wolfi");
    } else if (str_find(alpine->urlprefix, STR("chainguard")) != SIZE_MAX ||
               str_find(alpine->urlprefix, STR("cgr.dev")) != SIZE_MAX) {
        alpine->name_space = STR("Chainguard");
        system = STR("chainguard");
    } else {
        return err_set(err, PL_E_FORMAT, "it does not say which release it is for");
    }
    struct str unit =
        arena_printf(&alpine->names, "%.*s/%.*s", STR_ARG(system), STR_ARG(alpine->reponame));
    alpine->unit = builder_unit(import->builder, FEED_ALPINE, STR("alpine"), unit);
    feed_brings_whole(import, alpine->unit);
    builder_namespace(import->builder, alpine->unit, alpine->name_space);
    return 0;
}

static void skip_entry(struct feed_import *import, const struct feed_document *document,
                       const struct str *names, const json_t *json, void *context)
{
    (void)import;
    (void)document;
    (void)names;
    (void)json;
    (void)context;
}

static int alpine_read(struct feed_import *import, struct feed_document *document,
                       struct pl_err *err)
{
    static const char *const nowhere[] = {"", NULL};
    static const char *const path[] = {"packages", "[]", NULL};
    struct alpine alpine = {.unit = 0};
    struct buf text = {0};
    int r = feed_read_whole(document, &text, err);
    struct feed_document again = feed_document_again(document, buf_str(&text));
    if (r == 0)
        r = feed_read_entries(import, &again, nowhere, skip_entry, take_scalar, &alpine, err);
    if (r == 0)
        r = set_unit(import, &alpine, err);
    again = feed_document_again(document, buf_str(&text));
    if (r == 0)
        r = feed_read_entries(import, &again, path, read_package, NULL, &alpine, err);
    arena_free(&alpine.names);
    buf_free(&text);
    return r;
}

#define SECDB(release)                                                                             \
    {"https://secdb.alpinelinux.org/" release "/main.json", "Alpine " release " main", NULL},      \
    {                                                                                              \
        "https://secdb.alpinelinux.org/" release "/community.json",                                \
            "Alpine " release " community", NULL                                                   \
    }
static const struct feed_address addresses[] = {
    SECDB("edge"),
    SECDB("v3.23"),
    SECDB("v3.22"),
    SECDB("v3.21"),
    SECDB("v3.20"),
    SECDB("v3.19"),
    SECDB("v3.18"),
    SECDB("v3.17"),
    SECDB("v3.16"),
    SECDB("v3.15"),
    SECDB("v3.14"),
    SECDB("v3.13"),
    SECDB("v3.12"),
    {"https://packages.wolfi.dev/os/security.json", "Wolfi", NULL},
    {"https://packages.cgr.dev/chainguard/security.json", "Chainguard", NULL},
    {NULL, NULL, NULL},
};

const struct feed feed_alpine = {
    .name = "alpine",
    .help = N_("Alpine's secdb, and Wolfi's and Chainguard's (JSON)"),
    .id = FEED_ALPINE,
    .recognise = alpine_recognise,
    .read = alpine_read,
    .addresses = addresses,
};
