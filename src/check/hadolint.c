#include "check/hadolint.h"

#include "base/limits.h"
#include "check/check.h"
#include "io/yaml_tree.h"

static const char *const format_names[LABEL_FORMAT_COUNT] = {
    [LABEL_TEXT] = "text",   [LABEL_URL] = "url",   [LABEL_RFC3339] = "rfc3339",
    [LABEL_HASH] = "hash",   [LABEL_SPDX] = "spdx", [LABEL_SEMVER] = "semver",
    [LABEL_EMAIL] = "email",
};

/* Hadolint's levels; "style" is its lowest. */
static const struct {
    const char *name;
    enum severity severity;
} levels[] = {
    {"error", SEVERITY_HIGH},
    {"warning", SEVERITY_MEDIUM},
    {"info", SEVERITY_LOW},
    {"style", SEVERITY_NEGLIGIBLE},
};

struct reader {
    struct arena *arena;
    struct hadolint_config *config;
    struct pl_err *err;
    int result;
};

static size_t bounded(struct reader *reader, const struct yaml_node *node)
{
    if (!node || node->kind == YAML_KIND_SCALAR)
        return 0;
    if (node->count <= LIMIT_HADOLINT_WORDS)
        return node->count;
    if (reader->result == 0)
        reader->result =
            err_limit(reader->err, LIMIT_NAME(LIMIT_HADOLINT_WORDS),
                      "line %u: more than %llu entries", node->line, LIMIT_HADOLINT_WORDS);
    return LIMIT_HADOLINT_WORDS;
}

/* A word, or a list of them. */
static const struct str *read_words(struct reader *reader, const struct yaml_node *node,
                                    size_t *ret_count)
{
    bool is_one = yaml_text(node).len > 0;
    size_t count = is_one ? 1 : bounded(reader, node);
    struct str *words = ARENA_ARRAY(reader->arena, struct str, count);
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_list = !is_one && node->kind == YAML_KIND_SEQUENCE;
        struct str word = is_one ? yaml_text(node) : is_list ? yaml_text(node->items[i]) : STR_NONE;
        if (word.len)
            words[(*ret_count)++] = word;
    }
    return words;
}

static void read_overrides(struct reader *reader, const struct yaml_node *root)
{
    const struct yaml_node *node = yaml_get(root, "override");
    const struct str *words[ARRAY_LEN(levels)];
    size_t counts[ARRAY_LEN(levels)], all = 0, count = 0;
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        words[i] = read_words(reader, yaml_get(node, levels[i].name), &counts[i]);
        all += counts[i];
    }
    struct hadolint_override *overrides = ARENA_ARRAY(reader->arena, struct hadolint_override, all);
    for (size_t i = 0; i < ARRAY_LEN(levels); i++)
        for (size_t k = 0; k < counts[i]; k++)
            overrides[count++] = (struct hadolint_override){words[i][k], levels[i].severity};
    reader->config->overrides = overrides;
    reader->config->override_count = count;
}

static enum label_format find_format(struct str name)
{
    for (int i = 0; i < LABEL_FORMAT_COUNT; i++)
        if (str_is(name, format_names[i]))
            return (enum label_format)i;
    return LABEL_FORMAT_COUNT;
}

static void read_labels(struct reader *reader, const struct yaml_node *node)
{
    size_t count = node && node->kind == YAML_KIND_MAPPING ? bounded(reader, node) : 0;
    struct hadolint_label *labels = ARENA_ARRAY(reader->arena, struct hadolint_label, count);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        struct hadolint_label label = {pair->key->text, find_format(yaml_text(pair->value))};
        if (label.format == LABEL_FORMAT_COUNT) {
            if (reader->result == 0)
                reader->result =
                    err_set(reader->err, PL_E_FORMAT, "line %u: labels have no format \"%.*s\"",
                            pair->value->line, STR_ARG(yaml_text(pair->value)));
            label.format = LABEL_TEXT;
        }
        labels[i] = label;
    }
    reader->config->labels = labels;
    reader->config->label_count = count;
}

int hadolint_config_read(struct str text, struct str path, struct arena *arena,
                         struct hadolint_config *ret_config, struct pl_err *err)
{
    struct yaml_documents documents;
    struct hadolint_config *config = ret_config;
    *config = (struct hadolint_config){.path = path};
    struct reader reader = {.arena = arena, .config = config, .err = err};
    reader.result = yaml_tree_read(text, arena, &documents, err);
    const struct yaml_node *root = documents.roots.count ? documents.roots.items[0] : NULL;
    if (root && root->kind == YAML_KIND_MAPPING) {
        config->ignored = read_words(&reader, yaml_get(root, "ignored"), &config->ignored_count);
        config->registries =
            read_words(&reader, yaml_get(root, "trustedRegistries"), &config->registry_count);
        read_overrides(&reader, root);
        read_labels(&reader, yaml_get(root, "label-schema"));
        config->strict_labels = yaml_is_true(yaml_get(root, "strict-labels"));
        config->no_pragmas = yaml_is_true(yaml_get(root, "disable-ignore-pragma"));
    }
    yaml_documents_free(&documents);
    return reader.result;
}

static const struct hadolint_override *find_override(const struct hadolint_config *config,
                                                     const struct check *check)
{
    for (size_t i = 0; i < config->override_count; i++)
        if (check_goes_by(check, config->overrides[i].id))
            return &config->overrides[i];
    return NULL;
}

bool hadolint_asks(const struct hadolint_config *config, const struct check *check)
{
    return config && find_override(config, check) != NULL;
}

void hadolint_apply(const struct hadolint_config *config, struct check_finding *finding)
{
    const struct hadolint_override *override = find_override(config, finding->check);
    if (override)
        finding->severity = override->severity;
    for (size_t i = 0; i < config->ignored_count && !finding->ignored; i++)
        if (check_goes_by(finding->check, config->ignored[i])) {
            finding->ignored = true;
            finding->ignored_in = config->path;
        }
}
