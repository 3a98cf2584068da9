#include "app/inspect_setup.h"

#include "base/hash.h"
#include "base/limits.h"
#include "check/image.h"
#include "io/whole_file.h"
#include "malware/malware.h"
#include "password/inspector.h"
#include "permission/inspector.h"
#include "secret/inspector.h"
#include "secret/rules_file.h"

static void add(struct inspect_setup *setup, const struct inspector_class *class,
                const void *config)
{
    setup->inspectors.items[setup->inspectors.count++] = (struct inspector){class, config};
}

static int read_key(struct secret_ruleset *set, const char *path, struct pl_err *err)
{
    enum { LEAST = 32 };
    AUTO_BUF bytes = {0};
    struct sha256 sha;
    int r = whole_file_read(path, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &bytes, err);
    if (r == 0 && bytes.len < LEAST)
        r = err_set(err, PL_E_USAGE, "%s: a key has %d bytes at the least", path, LEAST);
    if (r < 0)
        return err_prefix(err, "--fingerprint-key");
    sha256_init(&sha);
    sha256_add(&sha, bytes.data, bytes.len);
    sha256_end(&sha, set->key);
    set->has_key = true;
    return 0;
}

static int read_rules(const struct inspect_options *options, struct inspect_setup *setup,
                      struct pl_err *err)
{
    struct secret_notes notes = {.arena = &setup->secrets->arena};
    int r = 0;
    for (size_t i = 0; i < options->secret_rule_count && r == 0; i++) {
        AUTO_BUF text = {0};
        const char *path = options->secret_rules[i];
        r = whole_file_read(path, LIMIT_SECRET_RULES, LIMIT_NAME(LIMIT_SECRET_RULES), &text, err);
        if (r == 0)
            r = secret_rules_add(setup->secrets, path, buf_str(&text), &notes, err);
    }
    for (size_t i = 0; i < notes.items.count; i++)
        *VEC_ADD(&setup->notes) = notes.items.items[i];
    VEC_FREE(&notes.items);
    return r < 0 ? err_prefix(err, "--secret-rules") : 0;
}

static int open_secrets(const struct inspect_options *options, struct inspect_setup *setup,
                        struct pl_err *err)
{
    struct pl_err problem;
    int r = secret_ruleset_new(&setup->secrets, &problem);
    if (r < 0) {
        *VEC_ADD(&setup->missing) = problem;
        return 0;
    }
    r = options->fingerprint_key ? read_key(setup->secrets, options->fingerprint_key, err) : 0;
    r = r < 0 ? r : read_rules(options, setup, err);
    if (r == 0)
        r = secret_ruleset_seal(setup->secrets, err);
    if (r == 0)
        r = secret_rules_try(setup->secrets, err);
    if (r < 0)
        err->code = PL_E_USAGE;
    if (r == 0)
        add(setup, &secret_inspector, setup->secrets);
    return r < 0 ? -PL_E_USAGE : r;
}

/* Configuration: what it is, app/image_checks.c looks at. */
static int open_config(const struct inspect_options *options, struct inspect_setup *setup,
                       struct pl_err *err)
{
    int r = options->checks.len
                ? check_choice_parse(options->checks, &setup->arena, &setup->checks, err)
                : 0;
    if (r < 0)
        return err_prefix(err, "--checks");
    setup->config = true;
    add(setup, &image_files_inspector, &setup->checks);
    return 0;
}

static int open_passwords(const struct inspect_options *options, struct inspect_setup *setup,
                          struct pl_err *err)
{
    if (password_config_new(options->wordlist, options->password_seconds, &setup->passwords, err) <
        0) {
        err_prefix(err, "--wordlist");
        err->code = PL_E_USAGE;
        return -PL_E_USAGE;
    }
    add(setup, &password_inspector, setup->passwords);
    return 0;
}

/* What a person named and is not there ends the run: half an answer would look like a whole one. */
static int open_malware(const struct inspect_options *options, struct inspect_setup *setup,
                        struct pl_err *err)
{
    int r = 0;
    if (options->clamd) {
        setup->clamd = ARENA_NEW(&setup->arena, struct clamd);
        r = clamd_open(setup->clamd, options->clamd, &setup->arena, err);
        if (r == 0)
            add(setup, &clamd_inspector, setup->clamd);
    }
    if (r == 0 && options->yara_count) {
        r = yara_open(options->yara, options->yara_count, &setup->yara, err);
        if (r == 0)
            add(setup, &yara_inspector, setup->yara);
    }
    if (r == 0 && options->hash_count) {
        r = known_hashes_read(options->hashes, options->hash_count, &setup->hashes, err);
        if (r == 0)
            add(setup, &hash_inspector, setup->hashes);
    }
    bool none = !options->clamd && !options->yara_count && !options->hash_count;
    setup->no_malware = none;
    if (none && options->malware_named)
        return err_set(
            err, PL_E_USAGE,
            "malware is looked for by clamd (--clamd), rules of YARA (--yara) or digests "
            "(--malware-hashes), and none of them is given");
    return r;
}

int inspect_setup_open(const struct inspect_options *options, struct inspect_setup *ret_setup,
                       struct pl_err *err)
{
    int r = 0;
    *ret_setup = (struct inspect_setup){.secrets = NULL};
    if (options->secrets)
        r = open_secrets(options, ret_setup, err);
    if (r == 0 && options->config)
        r = open_config(options, ret_setup, err);
    if (r == 0 && options->passwords)
        r = open_passwords(options, ret_setup, err);
    if (r == 0 && options->malware)
        r = open_malware(options, ret_setup, err);
    if (r == 0 && options->permissions)
        add(ret_setup, &permission_inspector, NULL);
    return r;
}

const struct inspector *inspect_setup_find(const struct inspect_setup *setup,
                                           enum finding_kind kind)
{
    for (size_t i = 0; i < setup->inspectors.count; i++)
        if (setup->inspectors.items[i].class->kind == kind)
            return &setup->inspectors.items[i];
    return NULL;
}

void inspect_setup_free(struct inspect_setup *setup)
{
    if (setup->secrets)
        secret_ruleset_free(setup->secrets);
    password_config_free(setup->passwords);
    if (setup->yara)
        yara_close(setup->yara);
    if (setup->hashes)
        known_hashes_free(setup->hashes);
    VEC_FREE(&setup->missing);
    arena_free(&setup->arena);
    VEC_FREE(&setup->notes);
}
