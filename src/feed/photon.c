/* Photon OS's CVE metadata, cve_data_photonN.0.json: a list of (CVE, package, version that mends
 * it) for one release, which stands in the file's name and in the versions ("7.88.1-4.ph4").
 * Packages are named by their sources, and at times by binary packages: each counts as both. */
#include "base/i18n.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/words.h"
#include "score/severity.h"

static bool photon_recognise(struct str head)
{
    head = str_trim(head);
    return head.len && head.data[0] == '[' && str_find(head, STR("\"cve_id\"")) != SIZE_MAX &&
           str_find(head, STR("\"aff_ver\"")) != SIZE_MAX;
}

struct photon {
    uint32_t unit;
    struct str name_space;
};

static size_t digits(struct str text)
{
    size_t n = 0;
    while (n < text.len && text.data[n] >= '0' && text.data[n] <= '9')
        n++;
    return n;
}

/* "4.0" of "cve_data_photon4.0.json"; else of the first version's tag. */
static struct str release_of(struct arena *arena, const struct feed_document *document)
{
    size_t at = str_find(document->name, STR("data_photon"));
    struct str rest = at == SIZE_MAX ? STR_NONE : str_from(document->name, at + 11);
    size_t major = digits(rest);
    if (major && major < rest.len && rest.data[major] == '.') {
        size_t minor = digits(str_from(rest, major + 1));
        if (minor)
            return arena_str(arena, str_first(rest, major + 1 + minor));
    }
    at = str_find(document->head, STR(".ph"));
    rest = at == SIZE_MAX ? STR_NONE : str_from(document->head, at + 3);
    major = digits(rest);
    return major ? arena_printf(arena, "%.*s.0", STR_ARG(str_first(rest, major))) : STR_NONE;
}

static int add_statements(struct feed_import *import, const struct photon *photon,
                          struct str package, const struct vulndb_statement *statement,
                          struct pl_err *err)
{
    AUTO_BUF source = {0};
    buf_printf(&source, "%.*s/src", STR_ARG(package));
    int r = builder_statement(import->builder, photon->unit, photon->name_space, package, statement,
                              err);
    if (r == 0)
        r = builder_statement(import->builder, photon->unit, photon->name_space, buf_str(&source),
                              statement, err);
    return r;
}

static void read_entry(struct feed_import *import, const struct feed_document *document,
                       const struct str *names, const json_t *json, void *context)
{
    const struct photon *photon = context;
    struct str id = json_text(json, "cve_id"), fixed = json_text(json, "res_ver");
    struct str state = json_text(json, "status");
    double score = json_number_value(json_object_get(json, "cve_score"));
    struct pl_err err;
    bool never = str_is(state, "Not Affected");
    (void)names;
    if (!fixed.len || fixed.data[0] < '0' || fixed.data[0] > '9')
        fixed = STR_NONE; /* "NA": nothing mends it yet */
    struct advisory_range range = {.introduced = STR(""), .fixed = fixed};
    struct vulndb_statement statement = {.feed = FEED_PHOTON,
                                         .advisory = id,
                                         .ids = &id,
                                         .id_count = 1,
                                         .status =
                                             never ? ADVISORY_NOT_AFFECTED : ADVISORY_AFFECTED,
                                         .ranges = &range,
                                         .range_count = never ? 0 : 1};
    /* Its score is without a vector: the word of it. */
    if (score > 0)
        statement.severity = severity_of_score(score, 3);
    int r = id.len ? 0 : err_set(&err, PL_E_FORMAT, "the entry has no id");
    if (r == 0)
        r = add_statements(import, photon, json_text(json, "pkg"), &statement, &err);
    if (r < 0)
        feed_tell(import, document, id, &err);
}

static int photon_read(struct feed_import *import, struct feed_document *document,
                       struct pl_err *err)
{
    static const char *const path[] = {"[]", NULL};
    struct arena arena = {0};
    struct photon photon = {.unit = 0};
    struct str release = release_of(&arena, document);
    int r = 0;
    if (release.len) {
        photon.unit = builder_unit(import->builder, FEED_PHOTON, STR("photon"), release);
        photon.name_space = arena_printf(&arena, "Photon OS:%.*s", STR_ARG(release));
        builder_namespace(import->builder, photon.unit, photon.name_space);
        feed_brings_whole(import, photon.unit);
        r = feed_read_entries(import, document, path, read_entry, NULL, &photon, err);
    } else {
        r = err_set(err, PL_E_FORMAT, "it does not say which release it is for");
    }
    arena_free(&arena);
    return r;
}

const struct feed feed_photon = {
    .name = "photon",
    .help = N_("Photon OS's CVE metadata (JSON)"),
    .id = FEED_PHOTON,
    .recognise = photon_recognise,
    .read = photon_read,
};
