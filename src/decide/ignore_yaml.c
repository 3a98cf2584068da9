/* Rules in YAML: ours, Trivy's .trivyignore.yaml, and the list "ignore" of Grype's configuration.
 * Which of them an entry is, its own keys tell. */
#include "decide/internal.h"

#include "base/clock.h"
#include "io/yaml.h"
#include "score/severity.h"

enum { DAY = 86400 };

/* One entry that is being read. */
struct entry {
    struct decisions *decisions;
    const char *file;
    struct ignore_rule rule;
    bool is_trivy, is_grype;
    bool unknown; /* a condition that this program cannot test: the rule is not used */
    struct pl_err *err;
};

struct key {
    const char *name;
    int (*take)(struct entry *entry, const char *key, const json_t *value);
};

static int wrong(struct entry *entry, const char *key, const char *what)
{
    return err_set(entry->err, PL_E_USAGE, "%s, line %zu: %s: %s", entry->file, entry->rule.line,
                   key, what);
}

/* A word, or a list of words. */
static int take_words(struct entry *entry, const char *key, const json_t *value,
                      struct str **ret_words, size_t *ret_count)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    struct str *words = ARENA_ARRAY(&entry->decisions->arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct str word = json_value_text(json_is_array(value) ? json_array_get(value, i) : value);
        if (word.len == 0)
            return wrong(entry, key, "this is neither a text nor a list of texts");
        words[i] = decisions_keep(entry->decisions, word);
    }
    if (count == 0)
        return wrong(entry, key, "the list is empty");
    *ret_words = words;
    *ret_count = count;
    return 0;
}

static int take_one(struct entry *entry, const char *key, const json_t *value, struct str *ret_text)
{
    struct str text = json_value_text(value);
    if (text.len == 0)
        return wrong(entry, key, "this is no text");
    *ret_text = decisions_keep(entry->decisions, text);
    return 0;
}

static int take_ids(struct entry *entry, const char *key, const json_t *value)
{
    return take_words(entry, key, value, &entry->rule.ids, &entry->rule.id_count);
}

static int take_package(struct entry *entry, const char *key, const json_t *value)
{
    return take_one(entry, key, value, &entry->rule.package);
}

static int take_source(struct entry *entry, const char *key, const json_t *value)
{
    return take_one(entry, key, value, &entry->rule.source);
}

static int take_version(struct entry *entry, const char *key, const json_t *value)
{
    return take_one(entry, key, value, &entry->rule.version);
}

static int take_type(struct entry *entry, const char *key, const json_t *value)
{
    int r = take_one(entry, key, value, &entry->rule.type);
    for (int type = 0; type < PACKAGE_TYPE_COUNT && r == 0; type++)
        if (str_is(entry->rule.type, package_type_name((enum package_type)type)))
            return 0;
    return r < 0 ? r : wrong(entry, key, "there is no such type of packages");
}

static int take_reason(struct entry *entry, const char *key, const json_t *value)
{
    return take_one(entry, key, value, &entry->rule.reason);
}

static int take_purls(struct entry *entry, const char *key, const json_t *value)
{
    struct ignore_rule *rule = &entry->rule;
    struct arena arena = {0};
    struct pl_err problem;
    int r = take_words(entry, key, value, &rule->purls, &rule->purl_count);
    for (size_t i = 0; i < rule->purl_count && r == 0; i++) {
        struct purl purl;
        if (purl_parse(&arena, rule->purls[i], &purl, &problem) < 0)
            r = wrong(entry, key, problem.message);
    }
    arena_free(&arena);
    return r;
}

/* Paths of the image have no leading '/'; "./" and '/' are how people write them. */
static int take_paths(struct entry *entry, const char *key, const json_t *value)
{
    struct ignore_rule *rule = &entry->rule;
    int r = take_words(entry, key, value, &rule->paths, &rule->path_count);
    for (size_t i = 0; i < rule->path_count && r == 0; i++) {
        if (str_starts(rule->paths[i], STR("./")))
            rule->paths[i] = str_from(rule->paths[i], 2);
        while (str_starts(rule->paths[i], STR("/")))
            rule->paths[i] = str_from(rule->paths[i], 1);
    }
    return r;
}

/* Bits of the words that `find` knows. */
static int take_bits(struct entry *entry, const char *key, const json_t *value,
                     bool (*find)(struct str word, unsigned *ret_bit), unsigned *ret_bits)
{
    struct str *words;
    size_t count;
    int r = take_words(entry, key, value, &words, &count);
    for (size_t i = 0; i < count && r == 0; i++) {
        unsigned bit;
        if (!find(words[i], &bit))
            return wrong(entry, key, "there is no such word");
        *ret_bits |= 1U << bit;
    }
    return r;
}

static bool find_kind(struct str word, unsigned *ret_bit)
{
    for (*ret_bit = 0; *ret_bit < FINDING_KIND_COUNT; ++*ret_bit)
        if (str_is(word, finding_kind_name((enum finding_kind) * ret_bit)))
            return true;
    *ret_bit = FINDING_VULNERABILITY;
    return str_is(word, "vuln");
}

static bool find_severity(struct str word, unsigned *ret_bit)
{
    enum severity severity;
    if (!severity_parse(word, &severity))
        return false;
    *ret_bit = severity;
    return true;
}

static bool find_status(struct str word, unsigned *ret_bit)
{
    for (*ret_bit = 0; *ret_bit < FINDING_STATUS_COUNT; ++*ret_bit)
        if (str_is(word, finding_status_name((enum finding_status) * ret_bit)))
            return true;
    return false;
}

static int take_kinds(struct entry *entry, const char *key, const json_t *value)
{
    return take_bits(entry, key, value, find_kind, &entry->rule.kinds);
}

static int take_severities(struct entry *entry, const char *key, const json_t *value)
{
    return take_bits(entry, key, value, find_severity, &entry->rule.severities);
}

static int take_statuses(struct entry *entry, const char *key, const json_t *value)
{
    return take_bits(entry, key, value, find_status, &entry->rule.statuses);
}

/* The last day on which the rule holds (ours), or the first on which it does not (Trivy's). */
static int take_until(struct entry *entry, const char *key, const json_t *value)
{
    struct ignore_rule *rule = &entry->rule;
    int r = take_one(entry, key, value, &rule->until);
    if (r < 0)
        return r;
    if (rule->until.len < 10 || !clock_parse(rule->until, &rule->ends))
        return wrong(entry, key, "this is no date (YYYY-MM-DD)");
    if (rule->until.len == 10 && !entry->is_trivy)
        rule->ends += DAY;
    rule->until = str_first(rule->until, 10);
    return 0;
}

static const struct key own_keys[] = {
    {"id", take_ids},
    {"package", take_package},
    {"version", take_version},
    {"type", take_type},
    {"source", take_source},
    {"purl", take_purls},
    {"path", take_paths},
    {"kind", take_kinds},
    {"severity", take_severities},
    {"status", take_statuses},
    {"until", take_until},
    {"reason", take_reason},
    {NULL, NULL},
};

static const struct key trivy_keys[] = {
    {"id", take_ids},           {"paths", take_paths},      {"purls", take_purls},
    {"expired_at", take_until}, {"statement", take_reason}, {NULL, NULL},
};

/* ---- Grype ---- */

/* "include-aliases": plimsoll calls a vulnerability by its CVE where Grype may call it by its GHSA,
 * so aliases count always. */
static int take_alias_choice(struct entry *entry, const char *key, const json_t *value)
{
    (void)entry;
    (void)key;
    (void)value;
    return 0;
}

static int take_fix_state(struct entry *entry, const char *key, const json_t *value)
{
    static const struct {
        const char *word;
        unsigned bits;
    } table[] = {
        {"fixed", 1U << FINDING_FIXED},
        {"wont-fix", 1U << FINDING_WONT_FIX | 1U << FINDING_END_OF_LIFE},
        {"not-fixed", 1U << FINDING_AFFECTED | 1U << FINDING_DEFERRED},
        {"unknown", 1U << FINDING_UNDER_INVESTIGATION},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(json_value_text(value), table[i].word)) {
            entry->rule.statuses = table[i].bits;
            return 0;
        }
    return json_value_text(value).len ? wrong(entry, key, "there is no such word") : 0;
}

/* The name is a regular expression that has to match the whole. */
static int take_regex(struct entry *entry, const char *key, const json_t *value)
{
    AUTO_BUF pattern = {0};
    struct str text = json_value_text(value);
    if (text.len == 0)
        return 0;
    if (!pcre_available()) {
        entry->unknown = true;
        return 0;
    }
    buf_printf(&pattern, "^(?:%.*s)\\z", STR_ARG(text));
    buf_putc(&pattern, 0);
    struct pcre *regex = pcre_new(pattern.data);
    if (!regex)
        return wrong(entry, key, "this is no regular expression");
    *VEC_ADD(&entry->decisions->regexes) = regex;
    entry->rule.regex = regex;
    return 0;
}

static int take_grype_type(struct entry *entry, const char *key, const json_t *value)
{
    static const char *const types[][2] = {
        {"python", "pypi"},      {"go-module", "golang"},      {"java-archive", "maven"},
        {"rust-crate", "cargo"}, {"php-composer", "composer"}, {"dotnet", "nuget"},
        {"binary", "generic"},   {"pod", "cocoapods"},         {"dart-pub", "pub"},
        {"alpm", "alpm"},        {"portage", "ebuild"},
    };
    struct str type = json_value_text(value);
    if (type.len == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(type, types[i][0]))
            type = str_of(types[i][1]);
    (void)key;
    entry->rule.type = decisions_keep(entry->decisions, type);
    return 0;
}

/* Empty texts are what Grype's own examples have for "any". */
static int take_any_version(struct entry *entry, const char *key, const json_t *value)
{
    return json_value_text(value).len ? take_version(entry, key, value) : 0;
}

static int take_any_path(struct entry *entry, const char *key, const json_t *value)
{
    return json_value_text(value).len ? take_paths(entry, key, value) : 0;
}

static int take_any_source(struct entry *entry, const char *key, const json_t *value)
{
    return json_value_text(value).len ? take_source(entry, key, value) : 0;
}

static int take_any_reason(struct entry *entry, const char *key, const json_t *value)
{
    return json_value_text(value).len ? take_reason(entry, key, value) : 0;
}

static int take_any_id(struct entry *entry, const char *key, const json_t *value)
{
    return json_value_text(value).len ? take_ids(entry, key, value) : 0;
}

static const struct key grype_package_keys[] = {
    {"name", take_regex},        {"version", take_any_version},      {"type", take_grype_type},
    {"location", take_any_path}, {"upstream-name", take_any_source}, {NULL, NULL},
};

static int take_keys(struct entry *entry, const json_t *object, const struct key *keys)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct key *key = keys;
        while (key->name && strcmp(key->name, name) != 0)
            key++;
        if (!key->name && !entry->is_grype)
            return wrong(entry, name, "there is no such condition");
        if (!key->name)
            entry->unknown |= json_value_text(value).len || !json_is_string(value);
        int r = key->name ? key->take(entry, name, value) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int take_grype_package(struct entry *entry, const char *key, const json_t *value)
{
    if (json_is_null(value) || str_is(json_value_text(value), "null") ||
        (json_is_string(value) && json_value_text(value).len == 0))
        return 0;
    return json_is_object(value) ? take_keys(entry, value, grype_package_keys)
                                 : wrong(entry, key, "this is no mapping");
}

static const struct key grype_keys[] = {
    {"vulnerability", take_any_id},  {"include-aliases", take_alias_choice},
    {"reason", take_any_reason},     {"fix-state", take_fix_state},
    {"package", take_grype_package}, {NULL, NULL},
};

/* ---- entries ---- */

static bool is_grype(const json_t *value)
{
    return json_object_get(value, "vulnerability") || json_object_get(value, "fix-state") ||
           json_object_get(value, "include-aliases") || json_object_get(value, "match-type") ||
           json_object_get(value, "namespace") || json_object_get(value, "vex-status") ||
           json_is_object(json_object_get(value, "package"));
}

static bool has_condition(const struct ignore_rule *rule)
{
    return rule->id_count || rule->package.len || rule->regex || rule->source.len ||
           rule->version.len || rule->type.len || rule->purl_count || rule->path_count ||
           rule->kinds || rule->severities || rule->statuses;
}

/* A rule with a condition that cannot be tested would hide too much: it is left out, and told. */
static void leave_out(struct entry *entry)
{
    struct pl_err problem;
    struct decisions *decisions = entry->decisions;
    err_set(&problem, PL_E_UNSUPPORTED,
            "%s, line %zu: the rule has a condition that plimsoll cannot test: it is not used",
            entry->file, entry->rule.line);
    *VEC_ADD(&decisions->refused) =
        (struct refused){STR_NONE, decisions_keep(decisions, str_of(problem.message)),
                         decisions_keep(decisions, str_of(problem.local))};
}

static int read_entry(struct entry *entry, const json_t *value)
{
    struct ignore_rule *rule = &entry->rule;
    if (!json_is_object(value))
        return wrong(entry, "ignore", "an entry must be a mapping");
    entry->is_grype = !entry->is_trivy && is_grype(value);
    int r = take_keys(entry, value,
                      entry->is_trivy   ? trivy_keys
                      : entry->is_grype ? grype_keys
                                        : own_keys);
    if (r < 0)
        return r;
    if (entry->unknown) {
        leave_out(entry);
        return 0;
    }
    if (!has_condition(rule))
        return wrong(entry, "ignore", "a rule without a condition would ignore everything");
    if (!entry->is_trivy && !entry->is_grype && rule->reason.len == 0)
        return wrong(entry, "reason", "a rule needs a reason");
    decisions_add_rule(entry->decisions, rule);
    return 0;
}

int ignore_take_conditions(struct decisions *decisions, const char *file, size_t line,
                           const json_t *object, struct ignore_rule *ret_rule, struct pl_err *err)
{
    struct entry entry = {
        .decisions = decisions,
        .file = file,
        .rule = {.file = file, .line = line},
        .err = err,
    };
    int r = json_is_object(object) ? take_keys(&entry, object, own_keys)
                                   : wrong(&entry, "when", "this is no mapping");
    if (r == 0)
        *ret_rule = entry.rule;
    return r;
}

struct list {
    struct decisions *decisions;
    const char *file, *name;
    unsigned kinds; /* of Trivy's list */
};

static int take_entry(void *context, const struct str *keys, const json_t *value, size_t line,
                      struct pl_err *err)
{
    struct list *list = context;
    struct entry entry = {
        .decisions = list->decisions,
        .file = list->file,
        .rule = {.file = list->file, .line = line, .kinds = list->kinds},
        .is_trivy = strcmp(list->name, "ignore") != 0,
        .err = err,
    };
    (void)keys;
    return read_entry(&entry, value);
}

static int read_list(struct list *list, struct str text, struct pl_err *err)
{
    const char *const path[] = {list->name, YAML_ANY_ELEMENT, NULL};
    struct yaml_cutter cutter = {
        .text = text,
        .path = path,
        .entry = take_entry,
        .context = list,
    };
    int r = yaml_cut(&cutter, err);
    if (r < 0 && err && str_find(str_of(err->message), str_of(list->file)) == SIZE_MAX)
        err_prefix(err, "%s", list->file);
    return r;
}

/* The lists are ours and Trivy's, which are by kind. */
static const struct {
    const char *name;
    unsigned kinds;
} lists[] = {
    {"ignore", 0},
    {"vulnerabilities", 1U << FINDING_VULNERABILITY},
    {"licenses", 1U << FINDING_LICENSE},
    {"misconfigurations", 1U << FINDING_CONFIG},
    {"secrets", 1U << FINDING_SECRET},
};

static int check_root(const char *file, const json_t *root, struct pl_err *err)
{
    const char *name;
    json_t *value;
    bool grype = str_ends(str_of(file), STR("grype.yaml"));
    size_t known = 0;
    if (json_is_null(root) || (json_is_object(root) && json_object_size(root) == 0))
        return 0;
    json_object_foreach((json_t *)(uintptr_t)root, name, value)
    {
        bool is_list = false;
        for (size_t i = 0; i < ARRAY_LEN(lists); i++)
            is_list = is_list || strcmp(lists[i].name, name) == 0;
        known += is_list;
        if (is_list && !json_is_array(value) && !json_is_null(value))
            return err_set(err, PL_E_USAGE, "%s: \"%s\" is no list", file, name);
    }
    if (known || grype)
        return 0;
    return err_set(err, PL_E_USAGE,
                   "%s: this is no file of rules: it has none of the lists ignore, "
                   "vulnerabilities, licenses, misconfigurations, secrets (docs/decisions.md)",
                   file);
}

int ignore_read_yaml(struct decisions *decisions, const char *file, struct str text,
                     struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    int r = yaml_document(text, &root, err);
    if (r < 0)
        return err_prefix(err, "%s", file);
    r = check_root(file, root, err);
    for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++) {
        struct list list = {decisions, file, lists[i].name, lists[i].kinds};
        if (json_object_get(root, lists[i].name))
            r = read_list(&list, text, err);
    }
    return r;
}
