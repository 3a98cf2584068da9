/* Reads a policy. Every key that is not known ends the reading: a word that was mistyped must not
 * open the gate. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "decide/policy_internal.h"
#include "io/whole_file.h"
#include "io/yaml.h"

int policy_wrong(struct pl_err *err, const struct policy *policy, size_t line, const char *key,
                 const char *what)
{
    if (line)
        return err_set(err, PL_E_USAGE, "%s, line %zu: %s: %s", policy->file, line, key, what);
    return err_set(err, PL_E_USAGE, "%s: %s: %s", policy->file, key, what);
}

/* ---- conditions ---- */

static bool parse_answer(struct str word, enum policy_answer *ret_answer)
{
    static const char *const yes[] = {"true", "yes", "True", "Yes"};
    static const char *const no[] = {"false", "no", "False", "No"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (str_is(word, yes[i]))
            *ret_answer = POLICY_YES;
        else if (str_is(word, no[i]))
            *ret_answer = POLICY_NO;
        else
            continue;
        return true;
    }
    return false;
}

static bool parse_number(struct str word, double most, double *ret_number)
{
    char text[32], *end;
    if (word.len == 0 || word.len >= sizeof(text))
        return false;
    memcpy(text, word.data, word.len);
    text[word.len] = 0;
    *ret_number = strtod(text, &end);
    return *end == 0 && *ret_number >= 0 && *ret_number <= most;
}

/* Takes the conditions that rules which ignore do not have out of a copy; the rest is theirs. */
static int take_own(const struct policy *policy, size_t line, json_t *object,
                    struct policy_when *when, struct pl_err *err)
{
    const struct {
        const char *key;
        enum policy_answer *answer;
    } answers[] = {{"fix", &when->fix},
                   {"kev", &when->kev},
                   {"base", &when->base},
                   {"removed", &when->removed}};
    double risk = 0;
    const struct {
        const char *key;
        double *number, most;
    } numbers[] = {
        {"risk", &risk, 100}, {"epss", &when->least_epss, 1}, {"cvss", &when->least_cvss, 10}};
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        const json_t *value = json_object_get(object, answers[i].key);
        if (value && !parse_answer(json_value_text(value), answers[i].answer))
            return policy_wrong(err, policy, line, answers[i].key,
                                "this is neither true nor false");
        json_object_del(object, answers[i].key);
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        const json_t *value = json_object_get(object, numbers[i].key);
        if (value && !parse_number(json_value_text(value), numbers[i].most, numbers[i].number))
            return policy_wrong(err, policy, line, numbers[i].key,
                                "this is no number, or too large a one");
        json_object_del(object, numbers[i].key);
    }
    when->least_risk = (int)risk;
    const json_t *age = json_object_get(object, "older-than");
    if (age && (!clock_duration(json_value_text(age), &when->older) || !when->older))
        return policy_wrong(err, policy, line, "older-than", "this is no time such as 90d");
    json_object_del(object, "older-than");
    return 0;
}

static int take_when(const struct policy *policy, size_t line, const json_t *value,
                     struct policy_when *ret_when, struct pl_err *err)
{
    if (!value || json_is_null(value))
        return 0; /* every finding */
    if (!json_is_object(value))
        return policy_wrong(err, policy, line, "when", "this is no mapping");
    json_t *copy = json_copy((json_t *)(uintptr_t)value);
    int r = take_own(policy, line, copy, ret_when, err);
    if (r == 0)
        r = ignore_take_conditions(policy->store, policy->file, line, copy, &ret_when->rule, err);
    if (r == 0 && (ret_when->rule.reason.len || ret_when->rule.until.len))
        r = policy_wrong(err, policy, line, "when", "reason and until are no conditions");
    json_decref(copy);
    return r;
}

/* ---- rules, owners, exceptions ---- */

struct entry {
    struct policy *policy;
    int (*take)(struct policy *policy, const json_t *value, size_t line, struct pl_err *err);
};

static int check_keys(const struct policy *policy, size_t line, const json_t *object,
                      const char *const *known, struct pl_err *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return policy_wrong(err, policy, line, "-", "an entry must be a mapping");
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool found = false;
        for (const char *const *one = known; *one; one++)
            found = found || strcmp(key, *one) == 0;
        if (!found)
            return policy_wrong(err, policy, line, key, "there is no such key here");
    }
    return 0;
}

static int take_rule(struct policy *policy, const json_t *value, size_t line, struct pl_err *err)
{
    static const char *const known[] = {"name", "when", "then", "grace", "owner", NULL};
    struct policy_rule rule = {.line = line};
    int r = check_keys(policy, line, value, known, err);
    if (r < 0)
        return r;
    struct str grace = json_text(value, "grace"), name = json_text(value, "name");
    rule.owner = decisions_keep(policy->store, json_text(value, "owner"));
    rule.name = name.len ? decisions_keep(policy->store, name)
                         : arena_printf(&policy->store->arena, "%zu", policy->rules.count + 1);
    r = take_when(policy, line, json_object_get(value, "when"), &rule.when, err);
    if (r < 0)
        return r;
    if (!policy_outcome_parse(json_text(value, "then"), &rule.then))
        return policy_wrong(err, policy, line, "then", "one of fail, warn, pass is needed");
    if (json_object_get(value, "grace") && !clock_duration(grace, &rule.grace))
        return policy_wrong(err, policy, line, "grace", "this is no time such as 14d");
    bool others = rule.when.rule.kinds & ~(1U << FINDING_VULNERABILITY);
    if (rule.grace && (rule.then != POLICY_FAIL || !rule.when.rule.kinds || others))
        return policy_wrong(err, policy, line, "grace",
                            "only a rule of kind vulnerability that fails has one");
    *VEC_ADD(&policy->rules) = rule;
    return 0;
}

static int take_owner(struct policy *policy, const json_t *value, size_t line, struct pl_err *err)
{
    static const char *const known[] = {"owner", "when", NULL};
    struct policy_owner owner = {.owner = STR_NONE};
    int r = check_keys(policy, line, value, known, err);
    if (r == 0)
        r = take_when(policy, line, json_object_get(value, "when"), &owner.when, err);
    if (r < 0)
        return r;
    owner.owner = decisions_keep(policy->store, json_text(value, "owner"));
    if (owner.owner.len == 0)
        return policy_wrong(err, policy, line, "owner", "a name is needed");
    *VEC_ADD(&policy->owners) = owner;
    return 0;
}

/* Who allowed it and who mends it become part of the reason. */
static int take_exception(struct policy *policy, const json_t *value, size_t line,
                          struct pl_err *err)
{
    struct ignore_rule rule;
    if (!json_is_object(value))
        return policy_wrong(err, policy, line, "exceptions", "an entry must be a mapping");
    json_t *copy = json_copy((json_t *)(uintptr_t)value);
    struct str owner = decisions_keep(policy->store, json_text(copy, "owner"));
    struct str approved = decisions_keep(policy->store, json_text(copy, "approved-by"));
    json_object_del(copy, "owner");
    json_object_del(copy, "approved-by");
    size_t conditions = json_object_size(copy) - (json_object_get(copy, "reason") != NULL) -
                        (json_object_get(copy, "until") != NULL);
    int r = ignore_take_conditions(policy->store, policy->file, line, copy, &rule, err);
    json_decref(copy);
    if (r < 0)
        return r;
    if (!conditions)
        return policy_wrong(err, policy, line, "exceptions", "a condition is needed");
    if (!rule.reason.len || !rule.ends)
        return policy_wrong(err, policy, line, "exceptions",
                            "a reason and a date (until) are needed");
    if (owner.len)
        rule.reason = arena_printf(&policy->store->arena, "%.*s (owner: %.*s)",
                                   STR_ARG(rule.reason), STR_ARG(owner));
    if (approved.len)
        rule.reason = arena_printf(&policy->store->arena, "%.*s (approved by %.*s)",
                                   STR_ARG(rule.reason), STR_ARG(approved));
    *VEC_ADD(&policy->exceptions) = rule;
    return 0;
}

static int take_entry(void *context, const struct str *keys, const json_t *value, size_t line,
                      struct pl_err *err)
{
    struct entry *entry = context;
    (void)keys;
    return entry->take(entry->policy, value, line, err);
}

static int read_lists(struct policy *policy, const json_t *root, struct str text,
                      struct pl_err *err)
{
    static const struct {
        const char *name;
        int (*take)(struct policy *policy, const json_t *value, size_t line, struct pl_err *err);
    } lists[] = {{"rules", take_rule},
                 {"owners", take_owner},
                 {"exceptions", take_exception},
                 {"tests", policy_take_case}};
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++) {
        const char *const path[] = {lists[i].name, YAML_ANY_ELEMENT, NULL};
        const json_t *list = json_object_get(root, lists[i].name);
        struct entry entry = {policy, lists[i].take};
        struct yaml_cutter cutter = {
            .text = text, .path = path, .entry = take_entry, .context = &entry};
        if (!list || json_is_null(list))
            continue;
        if (!json_is_array(list))
            return policy_wrong(err, policy, 0, lists[i].name, "this is no list");
        r = yaml_cut(&cutter, err);
    }
    return r;
}

/* ---- the rest ---- */

static int take_texts(struct policy *policy, const json_t *object, const char *key,
                      void (*add)(struct policy *policy, struct str text), struct pl_err *err)
{
    const json_t *list = json_object_get(object, key);
    size_t count = json_is_array(list) ? json_array_size(list) : list ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        struct str text = json_value_text(json_is_array(list) ? json_array_get(list, i) : list);
        if (text.len == 0)
            return policy_wrong(err, policy, 0, key, "this is no list of texts");
        add(policy, decisions_keep(policy->store, text));
    }
    return 0;
}

static void add_registry(struct policy *policy, struct str text)
{
    *VEC_ADD(&policy->registries) = text;
}

static void add_key(struct policy *policy, struct str text)
{
    *VEC_ADD(&policy->keys) = arena_printf(&policy->store->arena, "%.*s", STR_ARG(text));
}

static int take_age(const struct policy *policy, const json_t *object, uint64_t *ret_age,
                    struct pl_err *err)
{
    if (json_object_get(object, "max-age") &&
        (!clock_duration(json_text(object, "max-age"), ret_age) || !*ret_age))
        return policy_wrong(err, policy, 0, "max-age", "this is no time such as 90d");
    return 0;
}

static int read_image(struct policy *policy, const json_t *root, struct pl_err *err)
{
    static const char *const image_keys[] = {"registries", "signed-by", "max-age", NULL};
    static const char *const database_keys[] = {"max-age", NULL};
    const json_t *image = json_object_get(root, "image");
    const json_t *database = json_object_get(root, "database");
    int r = image ? check_keys(policy, 0, image, image_keys, err) : 0;
    if (r == 0 && database)
        r = check_keys(policy, 0, database, database_keys, err);
    if (r == 0)
        r = take_texts(policy, image, "registries", add_registry, err);
    if (r == 0)
        r = take_texts(policy, image, "signed-by", add_key, err);
    if (r == 0)
        r = take_age(policy, image, &policy->image_age, err);
    if (r == 0)
        r = take_age(policy, database, &policy->database_age, err);
    return r;
}

static int read_root(struct policy *policy, const json_t *root, struct str text, struct pl_err *err)
{
    static const char *const known[] = {"policy",     "rules",    "default",  "owners",
                                        "exceptions", "image",    "database", "complete",
                                        "tests",      "licenses", NULL};
    enum policy_answer complete = POLICY_NO;
    const json_t *licenses = json_object_get(root, "licenses");
    int r = check_keys(policy, 0, root, known, err);
    if (r < 0)
        return r;
    if (!str_is(json_text(root, "policy"), "1"))
        return policy_wrong(err, policy, 0, "policy",
                            "the file must say \"policy: 1\", the version of its form");
    if (json_object_get(root, "default") &&
        !policy_outcome_parse(json_text(root, "default"), &policy->otherwise))
        return policy_wrong(err, policy, 0, "default", "one of fail, warn, pass is needed");
    if (json_object_get(root, "complete") && !parse_answer(json_text(root, "complete"), &complete))
        return policy_wrong(err, policy, 0, "complete", "this is neither true nor false");
    policy->complete = complete == POLICY_YES;
    r = read_image(policy, root, err);
    if (r == 0)
        r = read_lists(policy, root, text, err);
    if (r == 0 && licenses) {
        policy->licenses = license_policy_new();
        r = license_policy_take(policy->licenses, policy->file, licenses, err);
    }
    return r;
}

int policy_read(struct policy *policy, const char *path, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    policy->file = decisions_keep(policy->store, str_of(path)).data;
    int r = whole_file_read(path, LIMIT_DECISIONS, LIMIT_NAME(LIMIT_DECISIONS), &text, err);
    if (r == 0 && (r = yaml_document(buf_str(&text), &root, err)) < 0)
        err_prefix(err, "%s", path);
    if (r == 0)
        r = read_root(policy, root, buf_str(&text), err);
    if (r < 0 && err)
        err->code = PL_E_USAGE;
    return r < 0 ? -PL_E_USAGE : 0;
}
