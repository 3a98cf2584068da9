/* Policies in YAML: allow, deny, unknown, severity, exceptions. docs/licenses.md, "The file". */
#include "base/clock.h"
#include "base/limits.h"
#include "io/whole_file.h"
#include "io/yaml.h"
#include "license/policy_internal.h"

enum { DAY = 86400 };

struct reading {
    struct license_policy *policy;
    const char *file;
    struct pl_err *err;
};

static int wrong(struct reading *reading, const char *key, const char *what)
{
    return err_set(reading->err, PL_E_USAGE, "%s: %s: %s", reading->file, key, what);
}

static int read_entries(struct reading *reading, const char *key, const json_t *value)
{
    bool deny = strcmp(key, "deny") == 0;
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++) {
        struct str entry = json_value_text(json_is_array(value) ? json_array_get(value, i) : value);
        if (entry.len == 0)
            return wrong(reading, key, "this is neither a text nor a list of texts");
        r = license_policy_add(reading->policy, entry, deny, reading->err);
        if (r < 0)
            err_prefix(reading->err, "%s: %s", reading->file, key);
    }
    return r;
}

static int read_unknown(struct reading *reading, const char *key, const json_t *value)
{
    static const struct {
        const char *word;
        enum license_verdict verdict;
    } words[] = {{"allow", LICENSE_ALLOWED}, {"warn", LICENSE_UNKNOWN}, {"deny", LICENSE_DENIED}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(json_value_text(value), words[i].word)) {
            reading->policy->unknown = words[i].verdict;
            return 0;
        }
    return wrong(reading, key, "this is none of allow, warn, deny");
}

static int read_severity(struct reading *reading, const char *key, const json_t *value)
{
    static const struct {
        const char *word;
        enum license_verdict verdict;
    } words[] = {{"denied", LICENSE_DENIED},
                 {"not-allowed", LICENSE_UNLISTED},
                 {"unknown", LICENSE_UNKNOWN}};
    const char *name;
    json_t *item;
    if (!json_is_object(value))
        return wrong(reading, key, "this is no mapping");
    json_object_foreach((json_t *)(uintptr_t)value, name, item)
    {
        size_t i = 0;
        while (i < ARRAY_LEN(words) && strcmp(words[i].word, name) != 0)
            i++;
        if (i == ARRAY_LEN(words))
            return wrong(reading, key, "its keys are denied, not-allowed, unknown");
        if (!severity_parse(json_value_text(item), &reading->policy->severities[words[i].verdict]))
            return wrong(reading, key,
                         "this is none of critical, high, medium, low, negligible, unknown");
    }
    return 0;
}

static int read_exception(struct reading *reading, const char *key, const json_t *value)
{
    struct license_exemption exemption = {0};
    struct {
        const char *name;
        struct str *text;
    } keys[] = {{"package", &exemption.package}, {"license", &exemption.license},
                {"path", &exemption.path},       {"purl", &exemption.purl},
                {"reason", &exemption.reason},   {"until", &exemption.until}};
    const char *name;
    json_t *item;
    if (!json_is_object(value))
        return wrong(reading, key, "this is no list of mappings");
    json_object_foreach((json_t *)(uintptr_t)value, name, item)
    {
        size_t i = 0;
        while (i < ARRAY_LEN(keys) && strcmp(keys[i].name, name) != 0)
            i++;
        if (i == ARRAY_LEN(keys) || json_value_text(item).len == 0)
            return wrong(reading, key,
                         "its keys are package, license, path, purl, reason, until, each a text");
        *keys[i].text = arena_str(&reading->policy->arena, json_value_text(item));
    }
    if (exemption.reason.len == 0)
        return wrong(reading, key, "a reason is missing");
    if (!exemption.package.len && !exemption.license.len && !exemption.path.len &&
        !exemption.purl.len)
        return wrong(reading, key, "one of package, license, path, purl is needed");
    if (exemption.until.len) {
        if (exemption.until.len != 10 || !clock_parse(exemption.until, &exemption.ends))
            return wrong(reading, key, "until is no date (YYYY-MM-DD)");
        exemption.ends += DAY;
    }
    exemption.license = license_lower(&reading->policy->arena, exemption.license);
    while (str_starts(exemption.path, STR("/")))
        exemption.path = str_from(exemption.path, 1);
    *VEC_ADD(&reading->policy->exemptions) = exemption;
    return 0;
}

static int read_exceptions(struct reading *reading, const char *key, const json_t *value)
{
    int r = 0;
    if (!json_is_array(value))
        return wrong(reading, key, "this is no list");
    for (size_t i = 0; i < json_array_size(value) && r == 0; i++)
        r = read_exception(reading, key, json_array_get(value, i));
    return r;
}

static const struct {
    const char *name;
    int (*read)(struct reading *reading, const char *key, const json_t *value);
} keys[] = {
    {"allow", read_entries},     {"deny", read_entries},          {"unknown", read_unknown},
    {"severity", read_severity}, {"exceptions", read_exceptions},
};

static int read_root(struct reading *reading, const json_t *root)
{
    const char *name;
    json_t *value;
    int r = 0;
    if (!json_is_object(root))
        return err_set(reading->err, PL_E_USAGE, "%s: this is no policy on licences",
                       reading->file);
    json_object_foreach((json_t *)(uintptr_t)root, name, value)
    {
        size_t i = 0;
        while (i < ARRAY_LEN(keys) && strcmp(keys[i].name, name) != 0)
            i++;
        if (i == ARRAY_LEN(keys))
            return wrong(reading, name,
                         "there is no such key; allow, deny, unknown, severity, exceptions");
        if (!json_is_null(value))
            r = keys[i].read(reading, name, value);
        if (r < 0)
            return r;
    }
    return 0;
}

int license_policy_take(struct license_policy *policy, const char *file, const json_t *root,
                        struct pl_err *err)
{
    struct reading reading = {policy, file, err};
    int r = read_root(&reading, root);
    if (r < 0 && err)
        err->code = PL_E_USAGE;
    return r < 0 ? -PL_E_USAGE : 0;
}

int license_policy_read(struct license_policy *policy, const char *path, struct pl_err *err)
{
    struct reading reading = {policy, path, err};
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    int r =
        whole_file_read(path, LIMIT_LICENSE_POLICY, LIMIT_NAME(LIMIT_LICENSE_POLICY), &text, err);
    if (r == 0 && (r = yaml_document(buf_str(&text), &root, err)) < 0)
        err_prefix(err, "%s", path);
    if (r == 0)
        r = read_root(&reading, root);
    if (r < 0 && err)
        err->code = PL_E_USAGE;
    return r < 0 ? -PL_E_USAGE : 0;
}
