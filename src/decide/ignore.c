/* Rules that ignore: which findings one speaks of, and which kind of file they stand in. */
#include "decide/internal.h"

#include "base/limits.h"
#include "io/whole_file.h"

static bool any_glob(const struct str *globs, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_glob(globs[i], text))
            return true;
    return false;
}

static bool id_matches(const struct ignore_rule *rule, const struct finding *finding)
{
    struct str name;
    if (rule->id_count == 0)
        return true;
    for (size_t i = 0; i < finding_name_count(finding); i++)
        if (finding_name(finding, i, &name) && any_glob(rule->ids, rule->id_count, name))
            return true;
    return false;
}

static bool path_matches(const struct ignore_rule *rule, const struct package *package,
                         const struct finding *finding)
{
    if (rule->path_count == 0 || any_glob(rule->paths, rule->path_count, finding->path))
        return true;
    for (size_t i = 0; package && i < package->path_count; i++)
        if (any_glob(rule->paths, rule->path_count, package->paths[i]))
            return true;
    return false;
}

static bool regex_matches(const struct pcre *regex, struct str name)
{
    struct str group;
    size_t end;
    return pcre_find(regex, name, 0, true, &group, &end);
}

static bool purl_matches(const struct ignore_rule *rule, const struct report *report,
                         const struct package *package)
{
    struct arena arena = {0};
    bool found = rule->purl_count == 0;
    for (size_t i = 0; i < rule->purl_count && !found; i++) {
        struct vex_product product = {.has_purl = true};
        found = purl_parse(&arena, rule->purls[i], &product.purl, NULL) == 0 &&
                product_is_package(&product, report, package);
    }
    arena_free(&arena);
    return found;
}

static bool package_matches(const struct ignore_rule *rule, const struct report *report,
                            const struct package *package)
{
    bool asked = rule->package.len || rule->regex || rule->source.len || rule->version.len ||
                 rule->type.len || rule->purl_count;
    if (!asked || !package)
        return !asked;
    return (!rule->package.len || str_glob(rule->package, package->name)) &&
           (!rule->regex || regex_matches(rule->regex, package->name)) &&
           (!rule->source.len || str_equal(rule->source, package->source_name)) &&
           (!rule->version.len || str_glob(rule->version, package->version)) &&
           (!rule->type.len || str_is(rule->type, package_type_name(package->type))) &&
           purl_matches(rule, report, package);
}

static bool has_bit(unsigned bits, unsigned bit)
{
    return bits == 0 || (bits >> bit & 1);
}

bool ignore_rule_matches(const struct ignore_rule *rule, const struct report *report,
                         const struct finding *finding)
{
    const struct package *package =
        finding->package == PACKAGE_NONE ? NULL : &report->packages.items[finding->package];
    return has_bit(rule->kinds, finding->kind) && has_bit(rule->severities, finding->severity) &&
           has_bit(rule->statuses, finding->status) && id_matches(rule, finding) &&
           path_matches(rule, package, finding) && package_matches(rule, report, package);
}

/* A document that is a mapping or a list is YAML; a list of ids, a line each, is not. */
static bool is_yaml(const char *path, struct str text)
{
    struct str name = str_of(path), line;
    if (str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) || str_ends(name, STR(".json")))
        return true;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0 || line.data[0] == '#')
            continue;
        return line.data[0] == '{' || str_starts(line, STR("---")) || str_ends(line, STR(":"));
    }
    return false;
}

int decisions_read_ignore(struct decisions *decisions, const char *path, struct pl_err *err)
{
    AUTO_BUF text = {0};
    size_t rules = decisions->rules.count, ids = decisions->rule_ids.count,
           general = decisions->general.count, refused = decisions->refused.count;
    int r = whole_file_read(path, LIMIT_DECISIONS, LIMIT_NAME(LIMIT_DECISIONS), &text, err);
    if (r == 0) {
        const char *file = decisions_keep(decisions, str_of(path)).data;
        r = is_yaml(path, buf_str(&text)) ? ignore_read_yaml(decisions, file, buf_str(&text), err)
                                          : ignore_read_text(decisions, file, buf_str(&text), err);
    }
    if (r == 0)
        return 0;
    /* What stood before the fault does not count either. */
    decisions->rules.count = rules;
    decisions->rule_ids.count = ids;
    decisions->general.count = general;
    decisions->refused.count = refused;
    if (err)
        err->code = PL_E_USAGE;
    return -PL_E_USAGE;
}
