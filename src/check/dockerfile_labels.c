/* Checks of labels: their keys (Docker, "Key format recommendations") and the values that the OCI
 * image specification has rules for (annotations.md, "Pre-Defined Annotation Keys"). */
#include <strings.h>

#include "check/check_functions.h"
#include "check/dockerfile_checks.h"
#include "check/hadolint.h"
#include "license/expression.h"

struct label_cursor {
    struct dockerfile_cursor steps;
    size_t next;
    const struct dockerfile_pair *label;
};

static bool next_label(struct label_cursor *cursor)
{
    while (true) {
        const struct dockerfile_step *step = cursor->steps.step;
        if (step && step->instruction == DOCKERFILE_LABEL && cursor->next < step->pair_count) {
            cursor->label = &step->pairs[cursor->next++];
            return true;
        }
        if (!dockerfile_next_step(&cursor->steps))
            return false;
        cursor->next = 0;
    }
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Lower-case words, digits, dots and dashes between them; no reserved name spaces. */
static bool is_good_key(struct str key)
{
    static const char *const reserved[] = {"com.docker.", "io.docker.", "org.dockerproject."};
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (str_starts(key, str_of(reserved[i])))
            return false;
    if (key.len == 0 || !is_lower(key.data[0]))
        return false;
    for (size_t i = 1; i < key.len; i++) {
        char c = key.data[i];
        bool is_mark = c == '.' || c == '-';
        if (!is_mark && !is_lower(c) && !is_digit(c))
            return false;
        if (is_mark && (i + 1 == key.len || key.data[i - 1] == c))
            return false;
    }
    return true;
}

void check_dockerfile_label_key(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    struct label_cursor cursor = {.steps.file = file};
    while (next_label(&cursor))
        if (str_index(cursor.label->name, '$') == SIZE_MAX && !is_good_key(cursor.label->name))
            dockerfile_tell(sink, check, cursor.steps.step, cursor.label->name);
}

/* What a build argument gives is another thing in each build. */
static bool is_written_out(const struct dockerfile_pair *label)
{
    return label->has_value && label->value.known && str_index(label->value.raw, '$') == SIZE_MAX;
}

void check_dockerfile_label_empty(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    struct label_cursor cursor = {.steps.file = file};
    while (next_label(&cursor))
        if (is_written_out(cursor.label) && str_trim(cursor.label->value.text).len == 0)
            dockerfile_tell(sink, check, cursor.steps.step, cursor.label->name);
}

/* ---- values ---- */

static bool is_url(struct str value)
{
    size_t colon = str_find(value, STR("://"));
    if (colon == 0 || colon == SIZE_MAX || colon + 3 >= value.len)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] <= ' ')
            return false;
    return true;
}

/* "2026-11-27T09:00:00Z": RFC 3339, 5.6. */
static bool is_date_time(struct str value)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t i = 0;
    for (; form[i]; i++) {
        char c = i < value.len ? value.data[i] : '\0';
        bool good = form[i] == 'd' ? is_digit(c)
                                   : c == form[i] || (form[i] == 'T' && (c == 't' || c == ' '));
        if (!good)
            return false;
    }
    if (i < value.len && value.data[i] == '.')
        for (i++; i < value.len && is_digit(value.data[i]);)
            i++;
    struct str zone = str_from(value, i);
    return str_is(zone, "Z") || str_is(zone, "z") ||
           (zone.len == 6 && (zone.data[0] == '+' || zone.data[0] == '-') && zone.data[3] == ':');
}

/* An expression of SPDX 2.3, annex D, whose ids are known, or are references of one's own. */
static bool is_license(struct str value)
{
    struct arena arena = {0};
    struct license_expression expression;
    bool good = license_parse(&arena, value, &expression, NULL) == 0;
    arena_free(&arena);
    return good;
}

static bool is_revision(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!is_digit(value.data[i]) && !(value.data[i] >= 'a' && value.data[i] <= 'f'))
            return false;
    return value.len >= 7 && value.len <= 64;
}

/* MAJOR.MINOR.PATCH and what may follow: semver.org. */
static bool is_semver(struct str value)
{
    size_t i = str_starts(value, STR("v")) ? 1 : 0;
    for (int part = 0; part < 3; part++) {
        size_t start = i;
        while (i < value.len && is_digit(value.data[i]))
            i++;
        if (i == start || (part < 2 && (i >= value.len || value.data[i++] != '.')))
            return false;
    }
    return i == value.len || value.data[i] == '-' || value.data[i] == '+';
}

static bool has_address(struct str value)
{
    size_t at = str_index(value, '@');
    return at != SIZE_MAX && at > 0 && str_index(str_from(value, at), '.') != SIZE_MAX;
}

static const struct hadolint_label *find_wanted(const struct hadolint_config *config,
                                                struct str name)
{
    for (size_t i = 0; config && i < config->label_count; i++)
        if (str_equal(config->labels[i].name, name))
            return &config->labels[i];
    return NULL;
}

/* What a label's value must be. Where settings give the label a format, that one counts, and
 * variables are no way out of it. */
static void look_at_values(const struct check *check, const struct dockerfile *file,
                           struct check_sink *sink, const char *const *keys,
                           enum label_format format, bool (*is_good)(struct str value))
{
    struct label_cursor cursor = {.steps.file = file};
    while (next_label(&cursor)) {
        const struct dockerfile_pair *label = cursor.label;
        const struct hadolint_label *wanted = find_wanted(file->hadolint, label->name);
        bool counts = wanted ? wanted->format == format
                             : check_glob_any(keys, label->name) && is_written_out(label);
        if (counts && label->value.text.len && !is_good(label->value.text))
            dockerfile_tell(sink, check, cursor.steps.step, label->value.text);
    }
}

/* ---- labels that settings ask for ---- */

static bool is_set(const struct dockerfile *file, struct str name)
{
    struct label_cursor cursor = {.steps = {.file = file, .final_only = true}};
    while (next_label(&cursor))
        if (str_equal(cursor.label->name, name))
            return true;
    return false;
}

/* Of the final image: others are thrown away. */
void check_dockerfile_label_missing(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    size_t count = file->hadolint && file->stages.count ? file->hadolint->label_count : 0;
    for (size_t i = 0; i < count; i++)
        if (!is_set(file, file->hadolint->labels[i].name))
            dockerfile_tell(sink, check,
                            &file->steps.items[file->stages.items[file->stages.count - 1].from],
                            file->hadolint->labels[i].name);
}

void check_dockerfile_label_superfluous(const struct check *check, const struct dockerfile *file,
                                        struct check_sink *sink)
{
    struct label_cursor cursor = {.steps.file = file};
    while (file->hadolint && file->hadolint->strict_labels && next_label(&cursor))
        if (!find_wanted(file->hadolint, cursor.label->name))
            dockerfile_tell(sink, check, cursor.steps.step, cursor.label->name);
}

void check_dockerfile_label_url(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    look_at_values(check, file, sink,
                   NAMES("org.opencontainers.image.url", "org.opencontainers.image.source",
                         "org.opencontainers.image.documentation"),
                   LABEL_URL, is_url);
}

void check_dockerfile_label_created(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    look_at_values(check, file, sink, NAMES("org.opencontainers.image.created"), LABEL_RFC3339,
                   is_date_time);
}

void check_dockerfile_label_license(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    look_at_values(check, file, sink, NAMES("org.opencontainers.image.licenses"), LABEL_SPDX,
                   is_license);
}

void check_dockerfile_label_revision(const struct check *check, const struct dockerfile *file,
                                     struct check_sink *sink)
{
    look_at_values(check, file, sink, NAMES("org.opencontainers.image.revision"), LABEL_HASH,
                   is_revision);
}

void check_dockerfile_label_version(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    look_at_values(check, file, sink, NAMES("org.opencontainers.image.version"), LABEL_SEMVER,
                   is_semver);
}

void check_dockerfile_label_authors(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    look_at_values(check, file, sink, NAMES("org.opencontainers.image.authors", "maintainer"),
                   LABEL_EMAIL, has_address);
}
