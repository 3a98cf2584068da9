#include "match/match.h"

#include <stdlib.h>

#include "base/hash.h"
#include "match/suppress.h"
#include "match/verdict.h"
#include "model/ecosystem.h"
#include "score/risk.h"
#include "version/version.h"

/* One vulnerability id of one statement about the package at hand. */
struct claim {
    struct str id;                     /* of all names of the vulnerability, the one it goes by */
    struct str told;                   /* the statement's own */
    struct vulndb_statement statement; /* its arrays are in the matching's arena */
    size_t space;                      /* index of the look-up that gave it */
    int rank;                          /* of its source, the best informed first */
};

/* One name under which the package is looked up. */
struct lookup {
    struct match_namespace space;
    struct str name;
    const char *by;
};

struct matching {
    struct report *report;
    const struct vulndb *db;
    const struct match_namespace *namespaces;
    size_t namespace_count;
    bool system_known; /* the database speaks of the system's release */
    struct str root;
    struct arena names;   /* of the look-ups of one package */
    struct arena scratch; /* of the claims */
    VEC(struct claim) claims;
    VEC(struct lookup) lookups;
    const struct package *package;
    const struct ecosystem *ecosystem;
    const struct version_scheme *scheme;
    struct str version;
    /* Binary packages of one source stand apart but are told the same: what the last look-up gave.
     */
    struct str last_name;
    enum package_type last_type;
};

/* What is decided about one vulnerability of one package. */
struct decision {
    bool affected;
    enum advisory_status status;
    enum severity severity;
    bool unimportant;
    struct str reason;
    struct advisory_range range;
    enum feed_id feed;
    const char *by;
    VEC(struct str) advisories;
    struct str stream, stream_fixed;
};

static void add_lookups(struct matching *matching, struct str name, const char *by)
{
    for (size_t i = 0; i < matching->namespace_count; i++)
        *VEC_ADD(&matching->lookups) = (struct lookup){matching->namespaces[i], name, by};
}

/* Debian and Alpine speak of sources; the rpm families of binaries, and of sources where there is
 * no fix yet (vulndb.h: "NAME/src"). */
static void choose_system_keys(struct matching *matching)
{
    const struct package *package = matching->package;
    struct str name = package->name;
    if (package->type != PACKAGE_RPM && package->source_name.len) {
        if (package->source_version.len)
            matching->version = package->source_version;
        add_lookups(matching, package->source_name, "source");
        return;
    }
    add_lookups(matching, name, "binary");
    if (package->type == PACKAGE_RPM && package->source_name.len)
        add_lookups(matching,
                    arena_printf(&matching->names, "%.*s/src", STR_ARG(package->source_name)),
                    "source");
}

/* What the package is looked up by, and which of its versions counts. */
static void choose_keys(struct matching *matching)
{
    const struct package *package = matching->package;
    const struct ecosystem *ecosystem = matching->ecosystem;
    matching->lookups.count = 0;
    matching->version = package->version;
    if (ecosystem->system) {
        if (matching->system_known)
            choose_system_keys(matching);
        return;
    }
    struct str name = ecosystem_name(&matching->names, ecosystem->matched, package->name);
    if (ecosystem->osv)
        *VEC_ADD(&matching->lookups) =
            (struct lookup){{.name = str_of(ecosystem->osv)}, name, "name"};
    for (size_t i = 0; i < package->cpe_count; i++)
        *VEC_ADD(&matching->lookups) =
            (struct lookup){{.name = STR("NVD:cpe")}, package->cpes[i], "cpe"};
}

static void keep_arrays(struct matching *matching, struct vulndb_statement *statement)
{
    struct str *ids = ARENA_ARRAY(&matching->scratch, struct str, statement->id_count);
    struct advisory_range *ranges =
        ARENA_ARRAY(&matching->scratch, struct advisory_range, statement->range_count);
    struct str *versions = ARENA_ARRAY(&matching->scratch, struct str, statement->version_count);
    if (statement->id_count)
        memcpy(ids, statement->ids, sizeof(*ids) * statement->id_count);
    if (statement->range_count)
        memcpy(ranges, statement->ranges, sizeof(*ranges) * statement->range_count);
    if (statement->version_count)
        memcpy(versions, statement->versions, sizeof(*versions) * statement->version_count);
    statement->ids = ids;
    statement->ranges = ranges;
    statement->versions = versions;
}

static int by_id(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    int order = str_compare(x->id, y->id);
    if (order)
        return order;
    if (x->space != y->space)
        return x->space < y->space ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return str_compare(x->statement.advisory, y->statement.advisory);
}

/* Of the databases that speak of an ecosystem (all of them are FEED_OSV): the one that its own
 * people keep by hand first, then GitHub's, which people have looked at, then what was made from
 * others. docs/architecture.md, "Severity, sources and risk". */
static int rank_of(const struct matching *matching, const struct vulndb_statement *statement)
{
    static const struct {
        const char *prefix;
        int rank;
    } ranks[] = {{"GO-", 0},  {"RUSTSEC-", 0}, {"BIT-", 0}, {"HSEC-", 0},
                 {"EEF-", 0}, {"JLSEC-", 0},   {"MAL-", 0}, {"GHSA-", 1}};
    enum { OTHERS = 2 };
    if (matching->ecosystem->system || statement->feed != FEED_OSV)
        return (int)statement->feed + OTHERS;
    for (size_t i = 0; i < ARRAY_LEN(ranks); i++)
        if (str_starts(statement->advisory, str_of(ranks[i].prefix)))
            return ranks[i].rank;
    return OTHERS;
}

static void collect_from(struct matching *matching, size_t index)
{
    const struct lookup *lookup = &matching->lookups.items[index];
    struct vulndb_cursor cursor;
    struct vulndb_statement statement;
    if (!vulndb_lookup(matching->db, lookup->space.name, lookup->name, &cursor))
        return;
    while (vulndb_next(&cursor, &statement)) {
        keep_arrays(matching, &statement);
        for (size_t k = 0; k < statement.id_count; k++)
            *VEC_ADD(&matching->claims) = (struct claim){
                .id = statement.ids[k],
                .told = statement.ids[k],
                .statement = statement,
                .space = index,
                .rank = rank_of(matching, &statement),
            };
    }
    vulndb_cursor_free(&cursor);
}

/* CVE before GHSA before the rest. */
static bool is_better_name(struct str a, struct str b)
{
    static const char *const prefixes[] = {"CVE-", "GHSA-"};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        bool of_a = str_starts(a, str_of(prefixes[i])), of_b = str_starts(b, str_of(prefixes[i]));
        if (of_a != of_b)
            return of_a;
    }
    return str_compare(a, b) < 0;
}

static void rename_claims(struct matching *matching, struct str from, struct str to)
{
    for (size_t i = 0; i < matching->claims.count; i++)
        if (str_equal(matching->claims.items[i].id, from))
            matching->claims.items[i].id = to;
}

static bool is_cve(struct str id)
{
    return str_starts(id, STR("CVE-"));
}

/* By the statement's id of the vulnerability, or by its own. */
static bool is_told_as(const struct claim *claim, struct str name)
{
    return str_equal(claim->told, name) ||
           (!is_cve(name) && str_equal(claim->statement.advisory, name));
}

/* Two sources may call one vulnerability by different names: one of them knows both. Two CVEs are
 * two vulnerabilities, also where one advisory is about both. */
static void join_aliases(struct matching *matching)
{
    bool needed = false;
    for (size_t i = 0; i < matching->claims.count; i++)
        needed |= !is_cve(matching->claims.items[i].told);
    for (size_t i = 0; i < matching->claims.count && needed; i++) {
        struct vulndb_vulnerability known = {0};
        struct str told = matching->claims.items[i].told;
        if ((i && str_equal(told, matching->claims.items[i - 1].told)) ||
            !vulndb_vulnerability(matching->db, told, &known))
            continue;
        for (size_t k = 0; k < known.alias_count; k++)
            for (size_t other = 0; other < matching->claims.count; other++) {
                struct str a = matching->claims.items[i].id;
                struct str b = matching->claims.items[other].id;
                if (str_equal(a, b) || (is_cve(a) && is_cve(b)) ||
                    !is_told_as(&matching->claims.items[other], known.aliases[k]))
                    continue;
                if (is_better_name(a, b))
                    rename_claims(matching, b, a);
                else
                    rename_claims(matching, a, b);
            }
    }
}

static void collect_claims(struct matching *matching)
{
    enum package_type type = matching->package->type;
    struct str name = matching->lookups.count ? matching->lookups.items[0].name : STR_NONE;
    bool one = matching->ecosystem->system && type != PACKAGE_RPM;
    if (one && matching->last_type == type && matching->last_name.data &&
        str_equal(matching->last_name, name))
        return;
    matching->claims.count = 0;
    arena_free(&matching->scratch);
    matching->last_name = name;
    matching->last_type = type;
    for (size_t i = 0; i < matching->lookups.count; i++)
        collect_from(matching, i);
    if (!matching->ecosystem->system && matching->claims.count > 1)
        join_aliases(matching);
    if (matching->claims.count)
        qsort(matching->claims.items, matching->claims.count, sizeof(matching->claims.items[0]),
              by_id);
}

/* "name:stream" of a modularity label "name:stream:version:context:arch". */
static struct str module_stream(struct str label)
{
    size_t first = str_index(label, ':');
    if (first == SIZE_MAX)
        return label;
    size_t second = str_index(str_from(label, first + 1), ':');
    return second == SIZE_MAX ? label : str_first(label, first + 1 + second);
}

/* A module's build is mended by errata of its own module and stream, everything else by the others.
 */
static bool module_fits(const struct package *package, const struct vulndb_statement *statement)
{
    if (package->type != PACKAGE_RPM)
        return true;
    bool modular = package->module.len || str_find(package->version, STR(".module")) != SIZE_MAX;
    if (modular != (statement->modular || statement->module.len != 0))
        return false;
    return package->module.len == 0 || statement->module.len == 0 ||
           str_equal(module_stream(package->module), module_stream(statement->module));
}

static void take_statement(struct matching *matching, const struct vulndb_statement *statement,
                           const struct advisory_range *range, struct decision *decision)
{
    /* Of several errata the one that mends the most. */
    bool first = !decision->affected;
    if (first || (range->fixed.len &&
                  (decision->range.fixed.len == 0 ||
                   matching->scheme->compare(range->fixed, decision->range.fixed) > 0))) {
        decision->range = *range;
        decision->status = statement->status;
        decision->reason = statement->reason;
    }
    if (statement->severity > decision->severity)
        decision->severity = statement->severity;
    decision->unimportant =
        first ? statement->unimportant : decision->unimportant && statement->unimportant;
    decision->affected = true;
    decision->feed = statement->feed;
    for (size_t i = 0; i < decision->advisories.count; i++)
        if (str_equal(decision->advisories.items[i], statement->advisory))
            return;
    *VEC_ADD(&decision->advisories) = statement->advisory;
}

/* Decides over the claims of one id, which stand together, namespace by namespace. The first that
 * speaks decides, but for two cases: a fix that is out of reach, and a plain "not affected", which
 * is true of one repository of a distribution and may not be of the next, where another build of
 * the same name stands. */
static void decide(struct matching *matching, const struct claim *claims, size_t count,
                   struct decision *decision)
{
    struct str denied = STR_NONE; /* the name that a namespace says is not affected */
    for (size_t i = 0; i < count;) {
        const struct lookup *lookup = &matching->lookups.items[claims[i].space];
        const struct match_namespace *space = &lookup->space;
        struct decision here = {.by = lookup->by};
        bool speaks = false, denies = true;
        size_t at = i;
        int rank = 0; /* of the best source that has something to say of this build */
        for (; i < count && claims[i].space == claims[at].space; i++) {
            struct advisory_range range;
            const struct vulndb_statement *statement = &claims[i].statement;
            if ((speaks && claims[i].rank != rank) || !module_fits(matching->package, statement))
                continue;
            rank = claims[i].rank;
            speaks = true;
            denies &= statement->status == ADVISORY_NOT_AFFECTED;
            if (verdict_affected(statement, matching->scheme, matching->version, &range))
                take_statement(matching, statement, &range, &here);
        }
        if (!speaks || (denied.len && !str_equal(denied, lookup->name))) {
            VEC_FREE(&here.advisories);
            continue;
        }
        struct str stream = decision->stream, stream_fixed = decision->stream_fixed;
        VEC_FREE(&decision->advisories);
        *decision = here;
        decision->stream = stream;
        decision->stream_fixed = stream_fixed;
        if (denies) {
            denied = lookup->name;
            continue;
        }
        if (!space->out_of_reach || !here.affected)
            return;
        decision->stream = space->stream;
        decision->stream_fixed = here.range.fixed;
        decision->range.fixed = STR_NONE;
    }
}

static enum finding_status status_of(const struct decision *decision)
{
    if (decision->range.fixed.len)
        return FINDING_FIXED;
    switch (decision->status) {
    case ADVISORY_WONT_FIX:
        return FINDING_WONT_FIX;
    case ADVISORY_DEFERRED:
        return FINDING_DEFERRED;
    case ADVISORY_UNDER_INVESTIGATION:
        return FINDING_UNDER_INVESTIGATION;
    case ADVISORY_END_OF_LIFE:
        return FINDING_END_OF_LIFE;
    case ADVISORY_AFFECTED:
    case ADVISORY_NOT_AFFECTED:
        break;
    }
    return FINDING_AFFECTED;
}

static struct str *copy_strs(struct arena *arena, const struct str *from, size_t count)
{
    struct str *copies = ARENA_ARRAY(arena, struct str, count);
    for (size_t i = 0; i < count; i++)
        copies[i] = arena_str(arena, from[i]);
    return copies;
}

/* The score that stands for the vulnerability: the newest version of CVSS, and of equal ones the
 * first source (the database keeps NVD's own before others). */
static const struct cvss_entry *leading_cvss(const struct vulndb_vulnerability *known)
{
    const struct cvss_entry *best = NULL;
    for (size_t i = 0; i < known->cvss_count; i++)
        if (known->cvss[i].version && (!best || known->cvss[i].version > best->version))
            best = &known->cvss[i];
    return best;
}

/* Severity: the distribution's word, then CVSS, then the general source's word. */
static void rate(struct finding *finding, const struct decision *decision,
                 const struct vulndb_vulnerability *known)
{
    const struct cvss_entry *cvss = leading_cvss(known);
    if (decision->unimportant)
        finding->severity = SEVERITY_NEGLIGIBLE;
    else if (decision->severity != SEVERITY_UNKNOWN)
        finding->severity = decision->severity;
    else if (cvss)
        finding->severity = severity_of_score(cvss->score, (int)cvss->version / 10);
    else
        finding->severity = known->severity;
    struct risk_input risk = {
        .severity = finding->severity,
        .has_cvss = cvss != NULL,
        .cvss = cvss ? cvss->score : 0,
        .has_epss = known->has_epss,
        .epss = known->epss_score,
        .kev = known->kev_added.len != 0,
    };
    finding->risk = risk_score(&risk);
}

static void describe(struct arena *arena, struct finding *finding,
                     const struct vulndb_vulnerability *known)
{
    finding->title = arena_str(arena, known->title);
    finding->published = arena_str(arena, known->published);
    finding->aliases = copy_strs(arena, known->aliases, known->alias_count);
    finding->alias_count = known->alias_count;
    finding->cwes = copy_strs(arena, known->cwes, known->cwe_count);
    finding->cwe_count = known->cwe_count;
    finding->cvss = ARENA_ARRAY(arena, struct cvss_entry, known->cvss_count);
    finding->cvss_count = known->cvss_count;
    for (size_t i = 0; i < known->cvss_count; i++) {
        finding->cvss[i] = known->cvss[i];
        finding->cvss[i].vector = arena_str(arena, known->cvss[i].vector);
        finding->cvss[i].source = arena_str(arena, known->cvss[i].source);
    }
    finding->has_epss = known->has_epss;
    finding->epss_score = known->epss_score;
    finding->epss_percentile = known->epss_percentile;
    finding->kev_added = arena_str(arena, known->kev_added);
    finding->kev_ransomware = known->kev_ransomware;
}

static void add_alias(struct vulndb_vulnerability *known, struct str id, struct str alias)
{
    if (str_equal(alias, id) || known->alias_count == ARRAY_LEN(known->aliases))
        return;
    for (size_t i = 0; i < known->alias_count; i++)
        if (str_equal(known->aliases[i], alias))
            return;
    known->aliases[known->alias_count++] = alias;
}

/* What is known under the names that the claims use, the first one's before the others'. */
static void gather_known(struct matching *matching, const struct claim *claims, size_t count,
                         struct vulndb_vulnerability *ret)
{
    vulndb_vulnerability(matching->db, claims[0].id, ret);
    for (size_t i = 0; i < count; i++) {
        struct vulndb_vulnerability more = {0};
        if (str_equal(claims[i].told, claims[0].id))
            continue;
        add_alias(ret, claims[0].id, claims[i].told);
        if (!vulndb_vulnerability(matching->db, claims[i].told, &more))
            continue;
        for (size_t k = 0; k < more.alias_count; k++)
            add_alias(ret, claims[0].id, more.aliases[k]);
        if (!ret->title.len)
            ret->title = more.title;
        if (!ret->cvss_count) {
            memcpy(ret->cvss, more.cvss, sizeof(more.cvss));
            ret->cvss_count = more.cvss_count;
        }
        if (ret->severity == SEVERITY_UNKNOWN)
            ret->severity = more.severity;
    }
}

/* Since when the fix is known: the day of the erratum that brings it, the latest of several; else
 * the day on which the vulnerability became known. */
static struct str fix_date(struct matching *matching, const struct decision *decision,
                           const struct vulndb_vulnerability *known, struct str id)
{
    struct str date = STR_NONE;
    if (decision->range.fixed.len == 0)
        return date;
    for (size_t i = 0; i < decision->advisories.count; i++) {
        struct vulndb_vulnerability erratum = {0};
        if (!str_equal(decision->advisories.items[i], id) &&
            vulndb_vulnerability(matching->db, decision->advisories.items[i], &erratum) &&
            str_compare(erratum.published, date) > 0)
            date = erratum.published;
    }
    return str_first(date.len ? date : known->published, 10);
}

static void add_finding(struct matching *matching, size_t package_index, const struct claim *claims,
                        size_t count, const struct decision *decision)
{
    struct arena *arena = &matching->report->arena;
    const struct package *package = matching->package;
    struct str id = claims[0].id;
    struct vulndb_vulnerability known = {0};
    gather_known(matching, claims, count, &known);
    struct finding finding = {
        .kind = FINDING_VULNERABILITY,
        .id = arena_str(arena, id),
        .package = package_index,
        .installed = package->version,
        .fixed = arena_str(arena, decision->range.fixed),
        .status = status_of(decision),
        .reason = arena_str(arena, decision->reason),
        .stream = decision->stream,
        .stream_fixed = arena_str(arena, decision->stream_fixed),
        .path = package->path_count ? package->paths[0] : STR_NONE,
        .layer = package->layer,
    };
    finding.fix_date = arena_str(arena, fix_date(matching, decision, &known, id));
    describe(arena, &finding, &known);
    rate(&finding, decision, &known);
    finding.match.feed = str_of(feed_id_name(decision->feed));
    finding.match.advisories =
        copy_strs(arena, decision->advisories.items, decision->advisories.count);
    finding.match.advisory_count = decision->advisories.count;
    finding.match.scheme = str_of(matching->scheme->name);
    finding.match.range = verdict_range_text(arena, &decision->range);
    finding.match.by = str_of(decision->by);
    finding.fingerprint = finding_fingerprint(arena, &finding, package, matching->root);
    suppress(matching->report, package, matching->system_known, &finding);
    *VEC_ADD(&matching->report->findings) = finding;
}

static void tell_no_version(struct matching *matching)
{
    const struct package *package = matching->package;
    struct pl_err problem;
    err_set(&problem, PL_E_UNSUPPORTED,
            "the program does not say which release of %.*s it is: that module was not examined",
            STR_ARG(str_first(package->name, 200)));
    report_tell(matching->report, false, package->path_count ? package->paths[0] : STR_NONE,
                &problem);
}

static void match_package(struct matching *matching, size_t index)
{
    matching->package = &matching->report->packages.items[index];
    matching->ecosystem = ecosystem_of(matching->package->type);
    if (!matching->ecosystem->scheme)
        return;
    if (!matching->scheme || strcmp(matching->scheme->name, matching->ecosystem->scheme) != 0)
        matching->scheme = version_scheme_find(str_of(matching->ecosystem->scheme));
    if (!matching->scheme)
        return;
    if (matching->package->unordered) {
        tell_no_version(matching);
        return;
    }
    arena_free(&matching->names);
    choose_keys(matching);
    collect_claims(matching);
    for (size_t i = 0; i < matching->claims.count;) {
        size_t end = i + 1;
        struct decision decision = {0};
        while (end < matching->claims.count &&
               str_equal(matching->claims.items[end].id, matching->claims.items[i].id))
            end++;
        decide(matching, &matching->claims.items[i], end - i, &decision);
        if (decision.affected)
            add_finding(matching, index, &matching->claims.items[i], end - i, &decision);
        VEC_FREE(&decision.advisories);
        i = end;
    }
}

void match_report(struct report *report, const struct vulndb *db,
                  const struct match_namespace *namespaces, size_t namespace_count,
                  bool system_known, struct str root)
{
    struct matching matching = {
        .report = report,
        .db = db,
        .namespaces = namespaces,
        .namespace_count = namespace_count,
        .system_known = system_known,
        .root = root,
    };
    for (size_t i = 0; i < report->packages.count; i++)
        match_package(&matching, i);
    report_sort(report);
    VEC_FREE(&matching.claims);
    VEC_FREE(&matching.lookups);
    arena_free(&matching.names);
    arena_free(&matching.scratch);
}
