/* Manifests, Compose files, values of charts and units: all checks run over whatever the bytes are
 * read as, and what they find lies inside of the file. */
#include <stdint.h>
#include <stdlib.h>

#include "check/check.h"
#include "check/hadolint.h"
#include "check/kustomization.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every other file that is asked for has the same bytes. */
struct mirror {
    struct check_beside check;
    struct str text;
};

static bool read_mirror(const struct check_beside *check, struct str name, struct buf *ret_text)
{
    const struct mirror *mirror = (const struct mirror *)check;
    buf_add(ret_text, mirror->text);
    return name.len > 0;
}

static size_t list_mirror(const struct check_beside *check, struct str folder, struct arena *arena,
                          const struct str **ret_names)
{
    struct str *names = ARENA_ARRAY(arena, struct str, 1);
    (void)check;
    names[0] = STR("a.conf");
    *ret_names = names;
    return folder.len > 0;
}

static void look_at(enum check_subject subject, struct str text, uint32_t lines)
{
    struct mirror mirror = {{read_mirror, list_mirror}, text};
    struct check_choice choice = {.all = true, .beside = &mirror.check};
    struct check_findings findings = {0};
    struct arena arena = {0};
    struct pl_err err = {0};
    if (check_text(subject, text, STR("compose.override.yaml"), &arena, &choice, &findings, &err) <
            0 &&
        !err.message[0])
        abort();
    for (size_t i = 0; i < findings.items.count; i++)
        if (findings.items.items[i].line == 0 || findings.items.items[i].line > lines)
            abort();
    check_findings_free(&findings);
    arena_free(&arena);
}

static void pass_over(void *context, struct str path)
{
    (void)context;
    (void)path;
}

static void read_settings(struct str text)
{
    struct hadolint_config config;
    struct arena arena = {0};
    struct pl_err err = {0};
    if (hadolint_config_read(text, STR("x"), &arena, &config, &err) < 0 && !err.message[0])
        abort();
    arena_free(&arena);
    kustomization_patches(text, pass_over, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum check_subject subjects[] = {CHECK_KUBERNETES, CHECK_COMPOSE, CHECK_HELM,
                                                  CHECK_SYSTEMD, CHECK_QUADLET};
    struct str text = str_make((const char *)data, size);
    uint32_t lines = 2; /* libyaml knows other ends of lines, too */
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xa8 ||
                 data[i] == 0xa9;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        look_at(subjects[i], text, lines);
    check_subject_by_text(text);
    read_settings(text);
    return 0;
}
