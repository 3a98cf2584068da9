/* Facts of an OVAL document as statements.
 *
 * Oracle rebuilds packages for Ksplice and for FIPS under the same names, with an epoch of their
 * own ("2:2.34-60.0.3.ksplice1.el9", "10:3.0.7-18.0.2.el9_fips"). Such a fix is for these builds
 * alone: its range begins at its epoch, so that the ordinary build is not told to be below it. */
#include "feed/oval.h"

#include "feed/head.h"
#include "feed/words.h"

bool oval_recognise(struct str head, const char *word)
{
    return head_is_markup(head) && str_find(head, STR("oval_definitions")) != SIZE_MAX &&
           str_find(head, str_of(word)) != SIZE_MAX;
}

enum { CVES_MAX = 4096 };

struct importing {
    struct feed_import *import;
    const struct feed_document *document;
    const struct oval_publisher *publisher;
    struct oval *oval;
    uint32_t unit;
    struct arena scratch; /* of one definition */
    struct str advisory;
    struct str *ids;
    size_t id_count;
    enum severity severity;
    struct vulndb_statement *statement; /* of the fact at hand */
    struct str package;
};

/* "security.oval_RHEL9_rhel-9.oval.xml.bz2" as downloads are named, or a path: "rhel-9". */
static struct str unit_of_name(struct arena *arena, struct str name)
{
    static const char *const ends[] = {".bz2", ".gz", ".xz", ".zst", ".xml", ".oval"};
    size_t slash = str_last_index(name, '/');
    if (slash != SIZE_MAX)
        name = str_from(name, slash + 1);
    size_t line = str_last_index(name, '_');
    if (line != SIZE_MAX)
        name = str_from(name, line + 1);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(name, str_of(ends[i])))
            name.len -= strlen(ends[i]);
    return arena_str(arena, name);
}

static void add_id(struct importing *importing, struct str id)
{
    for (size_t i = 0; i < importing->id_count; i++)
        if (str_equal(importing->ids[i], id))
            return;
    if (importing->id_count < CVES_MAX)
        importing->ids[importing->id_count++] = id;
}

/* "RHSA-2022:4765: firefox security update (Critical)": the advisory's own id. */
static struct str advisory_of_title(struct str title)
{
    static const char *const kinds[] = {"RHSA-", "RHBA-", "RHEA-", "ELSA-",    "ELBA-",
                                        "ELEA-", "PHSA-", "SUSE-", "openSUSE-"};
    struct str word = str_first(title, str_index(title, ' '));
    while (str_ends(word, STR(":")))
        word.len--;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_starts(word, str_of(kinds[i])))
            return word;
    return STR_NONE;
}

static void read_ids(struct importing *importing, const struct oval_definition *definition)
{
    struct str cve;
    size_t room = definition->cve_end - definition->cves + 1;
    importing->id_count = 0;
    importing->ids =
        ARENA_ARRAY(&importing->scratch, struct str, room < CVES_MAX ? room : CVES_MAX);
    for (size_t i = definition->cves; i < definition->cve_end; i++)
        if (words_cve(&importing->scratch, importing->oval->cves.items[i].id, &cve))
            add_id(importing, cve);
    if (!importing->id_count && words_cve(&importing->scratch, definition->title, &cve))
        add_id(importing, cve);
    importing->advisory = definition->advisory;
    if (!importing->advisory.len)
        importing->advisory = advisory_of_title(definition->title);
    if (!importing->advisory.len)
        importing->advisory = importing->id_count == 1 ? importing->ids[0] : definition->id;
    /* A security erratum without a CVE is a vulnerability under its own name. */
    bool other = str_find(importing->advisory, STR("BA-")) != SIZE_MAX ||
                 str_find(importing->advisory, STR("EA-")) != SIZE_MAX;
    if (!importing->id_count && !other)
        add_id(importing, importing->advisory);
}

/* Red Hat's word on a package that stays unfixed, by component ("tar", "nodejs:16/npm"). */
static struct str state_of(const struct importing *importing, const struct oval_fact *fact)
{
    const struct oval *oval = importing->oval;
    const struct oval_definition *definition = fact->definition;
    struct str state = STR_NONE;
    bool same = true;
    for (size_t i = definition->resolutions; i < definition->resolution_end; i++) {
        const struct oval_resolution *resolution = &oval->resolutions.items[i];
        size_t slash = str_last_index(resolution->component, '/');
        struct str name =
            slash == SIZE_MAX ? resolution->component : str_from(resolution->component, slash + 1);
        struct str module = slash == SIZE_MAX ? STR_NONE : str_first(resolution->component, slash);
        if (str_equal(name, fact->package) && (!module.len || str_equal(module, fact->module)))
            return resolution->state;
        same = same && (!state.len || str_equal(state, resolution->state));
        state = resolution->state;
    }
    return same ? state : STR_NONE;
}

static void set_status(struct vulndb_statement *statement, struct str state)
{
    static const struct {
        const char *state;
        enum advisory_status status;
        const char *reason;
    } table[] = {
        {"Will not fix", ADVISORY_WONT_FIX, "will-not-fix"},
        {"Fix deferred", ADVISORY_DEFERRED, "fix-deferred"},
        {"Out of support scope", ADVISORY_END_OF_LIFE, "out-of-support-scope"},
        {"Under investigation", ADVISORY_UNDER_INVESTIGATION, "under-investigation"},
        {"Not affected", ADVISORY_NOT_AFFECTED, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(state, table[i].state)) {
            statement->status = table[i].status;
            statement->reason = str_of(table[i].reason);
        }
}

static void add_statement(void *context, struct str name_space)
{
    struct importing *importing = context;
    struct pl_err err;
    if (builder_statement(importing->import->builder, importing->unit, name_space,
                          importing->package, importing->statement, &err) < 0)
        feed_tell(importing->import, importing->document, importing->advisory, &err);
}

static bool is_rebuild(struct str version)
{
    return str_find(version, STR(".ksplice")) != SIZE_MAX || str_ends(version, STR("_fips"));
}

static void add_fact(void *context, const struct oval_fact *fact)
{
    struct importing *importing = context;
    struct advisory_range range = fact->range;
    struct vulndb_statement statement = {
        .feed = importing->publisher->feed,
        .advisory = importing->advisory,
        .ids = importing->ids,
        .id_count = importing->id_count,
        .status = fact->not_affected ? ADVISORY_NOT_AFFECTED : ADVISORY_AFFECTED,
        .severity = importing->severity,
        .module = fact->module,
        .modular = fact->module.len || str_find(range.fixed, STR(".module")) != SIZE_MAX,
        .ranges = &range,
        .range_count = fact->not_affected ? 0 : 1,
    };
    size_t colon = str_index(range.fixed, ':');
    if (importing->publisher->own_rebuilds && is_rebuild(range.fixed) && colon != SIZE_MAX &&
        !str_is(str_first(range.fixed, colon), "0"))
        range.introduced =
            arena_printf(&importing->scratch, "%.*s:0", STR_ARG(str_first(range.fixed, colon)));
    if (fact->unpatched)
        set_status(&statement, state_of(importing, fact));
    if (statement.status == ADVISORY_NOT_AFFECTED)
        statement.range_count = 0;
    importing->package = fact->package;
    if (importing->publisher->sources)
        importing->package = arena_printf(&importing->scratch, "%.*s/src", STR_ARG(fact->package));
    importing->statement = &statement;
    importing->publisher->namespaces(importing->oval, fact, &importing->scratch, add_statement,
                                     importing);
}

/* "7.0/CVSS:3.1/AV:L/...": the vector stands behind the score. */
static void add_score(struct importing *importing, struct vulndb_facet *facet, struct str text)
{
    size_t slash = str_index(text, '/');
    if (slash == SIZE_MAX)
        return;
    if (!words_cvss(facet, str_from(text, slash + 1), str_of(importing->publisher->source)))
        importing->import->bad_scores++;
}

/* "CVE-2005-2541 tar: does not properly warn the user (moderate)": what stands behind the id. */
static struct str title_of(struct importing *importing, const struct oval_definition *definition)
{
    struct str title = definition->title, id = importing->ids[0];
    if (importing->id_count != 1 || !str_starts(title, id))
        return STR_NONE;
    title = str_trim(str_from(title, id.len));
    if (str_starts(title, STR("affecting package")))
        return STR_NONE;
    size_t open = str_last_index(title, '(');
    if (open != SIZE_MAX && str_ends(title, STR(")")) &&
        words_severity(str_make(title.data + open + 1, title.len - open - 2)) != SEVERITY_UNKNOWN)
        title = str_first(title, open);
    return words_title(&importing->scratch, title);
}

static void add_facet(struct importing *importing, const struct oval_definition *definition,
                      struct str id, bool is_own)
{
    struct pl_err err;
    struct vulndb_facet facet = {.advisory = is_own ? STR_NONE : importing->advisory,
                                 .title = title_of(importing, definition)};
    struct str cwe;
    for (size_t i = definition->cves; i < definition->cve_end; i++) {
        const struct oval_cve *cve = &importing->oval->cves.items[i];
        struct str name;
        if (!words_cve(&importing->scratch, cve->id, &name) || !str_equal(name, id))
            continue;
        add_score(importing, &facet, cve->cvss3);
        add_score(importing, &facet, cve->cvss2);
        cwe = str_first(cve->cwe, cve->cwe.len);
        if (str_starts(cwe, STR("CWE-")) && cwe.len < 16 && str_index(cwe, '>') == SIZE_MAX) {
            facet.cwes = &cwe;
            facet.cwe_count = 1;
        }
    }
    if ((facet.title.len || facet.cvss_count || facet.cwe_count) &&
        builder_facet(importing->import->builder, importing->unit, id, &facet, &err) < 0)
        feed_tell(importing->import, importing->document, importing->advisory, &err);
}

static void read_definition(struct importing *importing, const struct oval_definition *definition)
{
    struct builder *builder = importing->import->builder;
    importing->import->records++;
    read_ids(importing, definition);
    importing->severity = words_severity(definition->severity);
    builder_advisory(builder, importing->unit, importing->advisory);
    builder_updated(builder, importing->unit, words_date(&importing->scratch, definition->date));
    if (importing->id_count) {
        oval_each_fact(importing->oval, definition, &importing->scratch, add_fact, importing);
        for (size_t i = 0; i < importing->id_count; i++)
            add_facet(importing, definition, importing->ids[i],
                      str_equal(importing->ids[i], importing->advisory));
    }
    arena_free(&importing->scratch);
}

int oval_import(struct feed_import *import, struct feed_document *document,
                const struct oval_publisher *publisher, struct pl_err *err)
{
    struct oval oval = {.timestamp = STR_NONE};
    struct importing importing = {
        .import = import, .document = document, .publisher = publisher, .oval = &oval};
    int r = oval_read(document, &oval, err);
    if (r == 0) {
        oval_prepare(&oval);
        struct str unit = publisher->unit ? publisher->unit(&oval.arena, &oval)
                                          : unit_of_name(&oval.arena, document->name);
        importing.unit = builder_unit(import->builder, publisher->feed,
                                      str_of(feed_id_name(publisher->feed)), unit);
        builder_updated(import->builder, importing.unit, words_date(&oval.arena, oval.timestamp));
        feed_brings_whole(import, importing.unit);
        for (size_t i = 0; i < oval.definitions.count; i++)
            read_definition(&importing, &oval.definitions.items[i]);
    }
    oval_free(&oval);
    return r;
}
