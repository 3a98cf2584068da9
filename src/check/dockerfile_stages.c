/* Checks of base images and stages. */
#include <strings.h>

#include "base/path.h"
#include "check/check_functions.h"
#include "check/dockerfile_checks.h"
#include "check/hadolint.h"

/* ---- base images ---- */

/* An image of a registry: no stage, not "scratch", and its name is known. */
static const struct dockerfile_stage *registry_image(const struct dockerfile *file, size_t stage)
{
    const struct dockerfile_stage *found = &file->stages.items[stage];
    bool is_one = found->parent == DOCKERFILE_NO_STAGE && found->image.text.len &&
                  !str_is(found->image.text, "scratch");
    return is_one ? found : NULL;
}

static const struct dockerfile_step *step_of(const struct dockerfile *file,
                                             const struct dockerfile_stage *stage)
{
    return &file->steps.items[stage->from];
}

static bool has_digest(struct str image)
{
    return str_index(image, '@') != SIZE_MAX;
}

/* Behind the last colon that is not a port's; empty: none. */
static struct str tag_of(struct str image)
{
    struct str name = path_base(str_first(image, str_index(image, '@')));
    size_t colon = str_index(name, ':');
    return colon == SIZE_MAX ? STR_NONE : str_from(name, colon + 1);
}

void check_dockerfile_from_untagged(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = registry_image(file, i);
        if (stage && stage->image.known && !has_digest(stage->image.text) &&
            tag_of(stage->image.text).len == 0)
            dockerfile_tell(sink, check, step_of(file, stage), stage->image.text);
    }
}

void check_dockerfile_from_latest(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = registry_image(file, i);
        if (stage && !has_digest(stage->image.text) && str_is(tag_of(stage->image.text), "latest"))
            dockerfile_tell(sink, check, step_of(file, stage), stage->image.text);
    }
}

void check_dockerfile_from_no_digest(const struct check *check, const struct dockerfile *file,
                                     struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = registry_image(file, i);
        if (stage && stage->image.known && !has_digest(stage->image.text))
            dockerfile_tell(sink, check, step_of(file, stage), stage->image.text);
    }
}

void check_dockerfile_from_platform(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_step *step = step_of(file, &file->stages.items[i]);
        const struct dockerfile_pair *flag = dockerfile_flag(step, "platform");
        if (flag && flag->value.text.len && str_index(flag->value.text, '$') == SIZE_MAX)
            dockerfile_tell(sink, check, step, flag->value.text);
    }
}

void check_dockerfile_platform_redundant(const struct check *check, const struct dockerfile *file,
                                         struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_step *step = step_of(file, &file->stages.items[i]);
        const struct dockerfile_pair *flag = dockerfile_flag(step, "platform");
        if (flag && (str_is(flag->value.text, "$TARGETPLATFORM") ||
                     str_is(flag->value.text, "${TARGETPLATFORM}")))
            dockerfile_tell(sink, check, step, flag->value.text);
    }
}

/* "ghcr.io" of "ghcr.io/a/b:1"; names without one are Docker Hub's (distribution/reference). */
static struct str registry_of(struct str image)
{
    size_t slash = str_index(image, '/');
    struct str first = str_first(image, slash);
    bool is_registry =
        slash != SIZE_MAX && (str_index(first, '.') != SIZE_MAX ||
                              str_index(first, ':') != SIZE_MAX || str_is(first, "localhost"));
    return is_registry ? first : STR("docker.io");
}

static bool is_trusted(const struct hadolint_config *config, struct str registry)
{
    for (size_t i = 0; i < config->registry_count; i++)
        if (check_glob(config->registries[i], registry) ||
            (str_is(registry, "docker.io") && str_is(config->registries[i], "hub.docker.com")))
            return true;
    return false;
}

/* Of an image that a variable names nobody knows whether it is trusted. */
void check_dockerfile_registry_untrusted(const struct check *check, const struct dockerfile *file,
                                         struct check_sink *sink)
{
    bool asked = file->hadolint && file->hadolint->registry_count;
    for (size_t i = 0; asked && i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = registry_image(file, i);
        if (!stage)
            continue;
        struct str registry = registry_of(stage->image.text);
        if (!is_trusted(file->hadolint, registry))
            dockerfile_tell(sink, check, step_of(file, stage), stage->image.text);
    }
}

/* ---- arguments of FROM ---- */

static bool is_name_byte(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

/* The next $NAME or ${NAME} of the text. */
static bool next_reference(struct str text, size_t *at, struct str *ret_name)
{
    for (size_t i = *at; i + 1 < text.len; i++) {
        if (text.data[i] != '$')
            continue;
        size_t start = i + 1 + (text.data[i + 1] == '{'), end = start;
        while (end < text.len && is_name_byte(text.data[end], end == start))
            end++;
        if (end == start)
            continue;
        *at = end;
        *ret_name = str_make(text.data + start, end - start);
        return true;
    }
    return false;
}

/* Arguments that BuildKit sets by itself, and those that stand before the first FROM. */
static bool is_global(const struct dockerfile *file, struct str name)
{
    static const char *const known[] = {
        "TARGETPLATFORM", "TARGETOS",  "TARGETARCH",   "TARGETVARIANT", "BUILDPLATFORM",
        "BUILDOS",        "BUILDARCH", "BUILDVARIANT", "TARGETSTAGE",   "BUILDKIT_SYNTAX"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_is(name, known[i]))
            return true;
    for (size_t i = 0; i < file->steps.count && file->steps.items[i].stage == DOCKERFILE_NO_STAGE;
         i++)
        for (size_t k = 0; k < file->steps.items[i].pair_count; k++)
            if (str_equal(file->steps.items[i].pairs[k].name, name))
                return true;
    return false;
}

void check_dockerfile_from_undeclared(const struct check *check, const struct dockerfile *file,
                                      struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = &file->stages.items[i];
        size_t at = 0;
        struct str name;
        if (!stage->image.known && stage->image.raw.len < 4096 &&
            next_reference(stage->image.raw, &at, &name) && !is_global(file, name))
            dockerfile_tell(sink, check, step_of(file, stage), name);
    }
}

/* ---- names of stages ---- */

void check_dockerfile_stage_twice(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = &file->stages.items[i];
        uint64_t number;
        if (stage->name.len && !str_to_u64(stage->name, &number) &&
            dockerfile_stage_find(file, stage->name, i) != DOCKERFILE_NO_STAGE)
            dockerfile_tell(sink, check, step_of(file, stage), stage->name);
    }
}

void check_dockerfile_stage_reserved(const struct check *check, const struct dockerfile *file,
                                     struct check_sink *sink)
{
    for (size_t i = 0; i < file->stages.count; i++) {
        const struct dockerfile_stage *stage = &file->stages.items[i];
        if ((stage->name.len == 7 && strncasecmp(stage->name.data, "scratch", 7) == 0) ||
            (stage->name.len == 7 && strncasecmp(stage->name.data, "context", 7) == 0))
            dockerfile_tell(sink, check, step_of(file, stage), stage->name);
    }
}

/* ---- COPY --from, RUN --mount=from= ---- */

/* The next place that an instruction takes files from. */
static bool next_source(const struct dockerfile_step *step, size_t *at, struct str *ret_source)
{
    for (size_t i = *at; i < step->flag_count; i++) {
        const struct dockerfile_pair *flag = &step->flags[i];
        struct str rest = flag->value.text, part;
        *at = i + 1;
        if (step->instruction == DOCKERFILE_COPY && str_is(flag->name, "from")) {
            *ret_source = flag->value.text;
            return true;
        }
        while (str_is(flag->name, "mount") && str_cut(&rest, ',', &part))
            if (str_starts(part, STR("from="))) {
                *ret_source = str_from(part, 5);
                return true;
            }
    }
    return false;
}

/* What is told of one source: nothing, or that it is wrong. */
typedef bool (*source_is_wrong)(const struct dockerfile *file, const struct dockerfile_step *step,
                                struct str source);

static void look_at_sources(const struct check *check, const struct dockerfile *file,
                            struct check_sink *sink, source_is_wrong is_wrong)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        size_t at = 0;
        struct str source;
        while (cursor.step->stage != DOCKERFILE_NO_STAGE && next_source(cursor.step, &at, &source))
            if (source.len && str_index(source, '$') == SIZE_MAX &&
                is_wrong(file, cursor.step, source))
                dockerfile_tell(sink, check, cursor.step, source);
    }
}

static bool is_own_stage(const struct dockerfile *file, const struct dockerfile_step *step,
                         struct str source)
{
    const struct dockerfile_stage *own = &file->stages.items[step->stage];
    uint64_t number;
    if (str_to_u64(source, &number))
        return number == step->stage;
    return own->name.len == source.len && source.len &&
           strncasecmp(own->name.data, source.data, source.len) == 0 &&
           dockerfile_stage_find(file, source, step->stage) == DOCKERFILE_NO_STAGE;
}

/* A name without tag or digest that no earlier stage has: a slip, or an image that can be anything
 * tomorrow. Named contexts of the build look the same; those are told, too, by Hadolint's rule. */
static bool is_unknown_stage(const struct dockerfile *file, const struct dockerfile_step *step,
                             struct str source)
{
    uint64_t number;
    if (is_own_stage(file, step, source) ||
        dockerfile_stage_find(file, source, step->stage) != DOCKERFILE_NO_STAGE)
        return false;
    return str_to_u64(source, &number) || (tag_of(source).len == 0 && !has_digest(source));
}

static bool is_latest_image(const struct dockerfile *file, const struct dockerfile_step *step,
                            struct str source)
{
    return dockerfile_stage_find(file, source, step->stage) == DOCKERFILE_NO_STAGE &&
           !has_digest(source) && str_is(tag_of(source), "latest");
}

void check_dockerfile_copy_from_self(const struct check *check, const struct dockerfile *file,
                                     struct check_sink *sink)
{
    look_at_sources(check, file, sink, is_own_stage);
}

void check_dockerfile_copy_from_unknown(const struct check *check, const struct dockerfile *file,
                                        struct check_sink *sink)
{
    look_at_sources(check, file, sink, is_unknown_stage);
}

void check_dockerfile_copy_from_latest(const struct check *check, const struct dockerfile *file,
                                       struct check_sink *sink)
{
    look_at_sources(check, file, sink, is_latest_image);
}

void check_dockerfile_stage_unused(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    bool *used = mem_zalloc(file->stages.count + 1, sizeof(*used));
    struct dockerfile_cursor cursor = {.file = file};
    bool clear = true; /* else names of stages are put together from arguments: who knows */
    for (size_t i = 0; i < file->stages.count; i++)
        if (file->stages.items[i].parent != DOCKERFILE_NO_STAGE) {
            used[file->stages.items[i].parent] = true;
            clear = clear && str_index(file->stages.items[i].image.raw, '$') == SIZE_MAX;
        }
    while (dockerfile_next_step(&cursor)) {
        size_t at = 0;
        struct str source;
        while (cursor.step->stage != DOCKERFILE_NO_STAGE &&
               next_source(cursor.step, &at, &source)) {
            size_t stage = dockerfile_stage_find(file, source, cursor.step->stage);
            if (stage != DOCKERFILE_NO_STAGE)
                used[stage] = true;
        }
    }
    for (size_t i = 0; i + 1 < file->stages.count; i++)
        if (!used[i] && clear)
            dockerfile_tell(sink, check, step_of(file, &file->stages.items[i]),
                            file->stages.items[i].name.len ? file->stages.items[i].name
                                                           : file->stages.items[i].image.text);
    free(used);
}

/* ---- the order of instructions ---- */

void check_dockerfile_from_first(const struct check *check, const struct dockerfile *file,
                                 struct check_sink *sink)
{
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct dockerfile_step *step = &file->steps.items[i];
        if (step->stage != DOCKERFILE_NO_STAGE)
            return;
        if (step->instruction != DOCKERFILE_ARG || step->onbuild) {
            dockerfile_tell(sink, check, step, step->name);
            return; /* one is enough: the file is no Dockerfile, or only a part of one */
        }
    }
}

void check_dockerfile_onbuild_forbidden(const struct check *check, const struct dockerfile *file,
                                        struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor))
        if (cursor.step->onbuild && (cursor.step->instruction == DOCKERFILE_ONBUILD ||
                                     cursor.step->instruction == DOCKERFILE_FROM ||
                                     cursor.step->instruction == DOCKERFILE_MAINTAINER))
            dockerfile_tell(sink, check, cursor.step, cursor.step->name);
}

void check_dockerfile_unknown_instruction(const struct check *check, const struct dockerfile *file,
                                          struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor))
        if (cursor.step->instruction == DOCKERFILE_UNKNOWN)
            dockerfile_tell(sink, check, cursor.step, cursor.step->name);
}

/* What BuildKit would refuse; the parser says why. */
void check_dockerfile_syntax(const struct check *check, const struct dockerfile *file,
                             struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        if (step->problem.len == 0)
            continue;
        struct pl_err detail = {0};
        memcpy(detail.message, step->problem.data, step->problem.len);
        memcpy(detail.local, step->problem_local.data, step->problem_local.len);
        check_add(sink, check, dockerfile_place(step), &detail, step->name);
    }
}

void check_dockerfile_empty_continuation(const struct check *check, const struct dockerfile *file,
                                         struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor))
        if (cursor.step->has_empty_lines)
            dockerfile_tell(sink, check, cursor.step, cursor.step->name);
}

void check_dockerfile_ignore_pragma(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    for (size_t i = 0; i < file->ignores.count; i++)
        check_add(sink, check,
                  (struct check_place){file->ignores.items[i].line, file->ignores.items[i].line, 0},
                  NULL, file->ignores.items[i].id);
}
