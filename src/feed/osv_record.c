#include "feed/osv_record.h"

#include "base/limits.h"
#include "feed/words.h"

/* Ecosystems whose packages a distribution's package manager installs. */
static bool is_distribution(struct str ecosystem)
{
    static const char *const names[] = {
        "AlmaLinux",
        "Rocky Linux",
        "Ubuntu",
        "Debian",
        "Alpine",
        "Wolfi",
        "Chainguard",
        "SUSE",
        "openSUSE",
        "Red Hat",
        "Mageia",
        "Photon OS",
        "openEuler",
        "Azure Linux",
        "MinimOS",
        "Alpaquita",
        "BellSoft Hardened Containers",
        "Echo",
        "TuxCare",
        "Oracle Linux",
        "Amazon Linux",
        "Fedora",
        "CentOS",
    };
    struct str base = str_first(ecosystem, str_index(ecosystem, ':'));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(base, names[i]))
            return true;
    return false;
}

struct str osv_namespace(struct str ecosystem)
{
    if (str_starts(ecosystem, STR("Ubuntu:")) && str_ends(ecosystem, STR(":LTS")))
        return str_first(ecosystem, ecosystem.len - 4);
    return ecosystem;
}

static bool known(const struct str *texts, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(texts[i], text))
            return true;
    return false;
}

/* The CVEs of a list of ids. */
static void add_cves(struct osv_record *record, const json_t *list, size_t room)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        struct str cve, text = str_make(json_string_value(item), json_string_length(item));
        if (text.len && record->id_count < room && words_cve(&record->arena, text, &cve) &&
            !known(record->ids, record->id_count, cve))
            record->ids[record->id_count++] = cve;
    }
}

/* ALBA, RLBA, RHBA: bugfixes; ALEA, RLEA, RHEA: enhancements. */
static bool is_no_security(struct str id)
{
    struct str kind = str_first(str_from(id, 2), 2);
    return id.len > 5 && id.data[4] == '-' &&
           (str_equal(kind, STR("BA")) || str_equal(kind, STR("EA")));
}

/* GitHub's id of a vulnerability without a CVE: the record's own, or that of an alias. */
static struct str github_id(const struct osv_record *record)
{
    struct str best = str_starts(record->id, STR("GHSA-")) ? record->id : STR_NONE;
    size_t index;
    json_t *item;
    json_array_foreach(json_list(record->json, "aliases"), index, item)
    {
        struct str id = str_make(json_string_value(item), json_string_length(item));
        if (str_starts(id, STR("GHSA-")) && (!best.len || str_compare(id, best) < 0))
            best = id;
    }
    return best;
}

static int read_ids(struct osv_record *record, struct pl_err *err)
{
    static const char *const lists[] = {"aliases", "upstream", "related"};
    size_t room = 1;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        room += json_array_size(json_list(record->json, lists[i]));
    if (room > LIMIT_ADVISORY_IDS)
        return err_limit(err, LIMIT_NAME(LIMIT_ADVISORY_IDS),
                         "the advisory has %zu ids, %llu are allowed", room, LIMIT_ADVISORY_IDS);
    record->ids = ARENA_ARRAY(&record->arena, struct str, room);
    struct str own;
    bool names_cve = words_cve(&record->arena, record->id, &own);
    if (names_cve)
        record->ids[record->id_count++] = own;
    record->erratum = record->distribution && !names_cve;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (i < 2 || record->erratum)
            add_cves(record, json_list(record->json, lists[i]), room);
    if (record->id_count)
        return 0;
    struct str github = record->distribution ? STR_NONE : github_id(record);
    if (github.len)
        record->ids[record->id_count++] = github;
    else if (!(record->distribution && is_no_security(record->id)))
        record->ids[record->id_count++] = record->id;
    return 0;
}

static void add_alias(struct osv_record *record, struct str alias)
{
    if (alias.len && !known(record->aliases, record->alias_count, alias))
        record->aliases[record->alias_count++] = alias;
}

static void read_aliases(struct osv_record *record)
{
    json_t *list = json_list(record->json, "aliases");
    size_t index;
    json_t *item;
    record->aliases =
        ARENA_ARRAY(&record->arena, struct str, record->id_count + json_array_size(list) + 1);
    add_alias(record, record->id);
    for (size_t i = 0; i < record->id_count; i++)
        add_alias(record, record->ids[i]);
    if (record->erratum)
        return;
    json_array_foreach(list, index, item)
        add_alias(record, str_make(json_string_value(item), json_string_length(item)));
}

/* "Moderate: nodejs:14 security update": the severity, then the module and its stream. Of several
 * modules none is the package's for sure. */
static void read_summary_words(struct osv_record *record, struct str summary)
{
    struct str rest = summary, word;
    size_t colon = str_index(summary, ':'), modules = 0;
    if (!record->erratum || colon == SIZE_MAX)
        return;
    enum severity severity = words_severity(str_first(summary, colon));
    if (severity != SEVERITY_UNKNOWN) {
        record->severity = severity;
        rest = str_trim(str_from(summary, colon + 1));
    }
    while (str_cut(&rest, ' ', &word)) {
        while (str_ends(word, STR(",")) || str_ends(word, STR(";")))
            word.len--;
        size_t at = str_index(word, ':');
        if (at == SIZE_MAX || at == 0 || at + 1 >= word.len || str_last_index(word, ':') != at)
            continue;
        record->module = word;
        modules++;
    }
    if (modules != 1)
        record->module = STR_NONE;
}

static void read_severity(struct osv_record *record)
{
    const json_t *specific = json_member(record->json, "database_specific");
    struct str word = json_text(specific, "severity");
    size_t index;
    json_t *item;
    if (word.len)
        record->severity = words_severity(word);
    json_array_foreach(json_list(record->json, "severity"), index,
                       item) if (str_is(json_text(item, "type"), "Ubuntu")) record->severity =
        words_severity(json_text(item, "score"));
}

static void read_cwes(struct osv_record *record)
{
    const json_t *specific = json_member(record->json, "database_specific");
    json_t *list = json_list(specific, "cwe_ids");
    size_t index;
    json_t *item;
    record->cwes = ARENA_ARRAY(&record->arena, struct str, json_array_size(list) + 1);
    json_array_foreach(list, index, item)
    {
        struct str cwe = str_make(json_string_value(item), json_string_length(item));
        if (str_starts(cwe, STR("CWE-")) && cwe.len < 16)
            record->cwes[record->cwe_count++] = cwe;
    }
}

int osv_record_read(struct osv_record *record, struct pl_err *err)
{
    const json_t *json = record->json;
    json_t *affected = json_list(json, "affected");
    record->id = json_text(json, "id");
    if (!record->id.len)
        return err_set(err, PL_E_FORMAT, "the record has no id");
    struct str first = json_text(json_member(json_array_get(affected, 0), "package"), "ecosystem");
    record->distribution = is_distribution(first);
    record->withdrawn = json_text(json, "withdrawn").len > 0;
    record->published = words_date(&record->arena, json_text(json, "published"));
    record->modified = words_date(&record->arena, json_text(json, "modified"));
    int r = read_ids(record, err);
    if (r < 0)
        return r;
    read_aliases(record);
    struct str summary = str_trim(json_text(json, "summary"));
    record->title = words_title(&record->arena, summary.len ? summary : json_text(json, "details"));
    read_severity(record);
    read_summary_words(record, summary);
    read_cwes(record);
    return 0;
}

void osv_record_free(struct osv_record *record)
{
    arena_free(&record->arena);
}

enum severity osv_statement_severity(const struct osv_record *record, const json_t *affected)
{
    if (!record->distribution)
        return SEVERITY_UNKNOWN;
    static const char *const members[] = {"ecosystem_specific", "database_specific"};
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        const json_t *specific = json_member(affected, members[i]);
        struct str word = json_text(specific, "severity");
        if (!word.len)
            word = json_text(specific, "urgency");
        enum severity severity = words_severity(word);
        if (severity != SEVERITY_UNKNOWN)
            return severity;
    }
    return record->severity;
}

static void add_scores(struct osv_record *record, const json_t *list, struct vulndb_facet *facet)
{
    struct str source = str_first(record->id, str_index(record->id, '-'));
    size_t index;
    json_t *item;
    source = arena_printf(&record->arena, "osv:%.*s", STR_ARG(source));
    json_array_foreach(list, index, item)
    {
        struct str vector = json_text(item, "score");
        if (!str_starts(json_text(item, "type"), STR("CVSS_")))
            continue;
        if (!words_cvss(facet, vector, source))
            record->import->bad_scores++;
    }
}

void osv_read_scores(struct osv_record *record, struct vulndb_facet *facet)
{
    size_t index;
    json_t *item;
    add_scores(record, json_list(record->json, "severity"), facet);
    json_array_foreach(json_list(record->json, "affected"), index, item)
        add_scores(record, json_list(item, "severity"), facet);
}

struct str osv_erratum_title(struct osv_record *record, struct str cve)
{
    struct str details = json_text(record->json, "details");
    struct str mark = arena_printf(&record->arena, "(%.*s)", STR_ARG(cve));
    size_t at = str_find(details, mark);
    if (at == SIZE_MAX)
        return STR_NONE;
    struct str before = str_first(details, at);
    size_t line = str_last_index(before, '\n');
    struct str text = str_trim(line == SIZE_MAX ? before : str_from(before, line + 1));
    if (!str_starts(text, STR("* ")))
        return STR_NONE;
    return words_title(&record->arena, str_from(text, 2));
}
