/* What the inspector of passwords finds in one file. */
#pragma once

#include "base/limits.h"
#include "password/inspector.h"
#include "test.h"

struct inspected {
    struct arena arena;
    struct inspect_sink sink;
    uint64_t left;
    int r;
    struct pl_err err;
};

static inline void inspected_free(struct inspected *inspected)
{
    inspect_sink_free(&inspected->sink);
    arena_free(&inspected->arena);
}

static inline void inspect_with(const char *wordlist, uint64_t seconds, const char *path,
                                struct str text, struct inspected *ret)
{
    struct password_config *config = NULL;
    struct inspect_entry entry = {.path = str_of(path), .type = ENTRY_FILE, .size = text.len};
    *ret = (struct inspected){.left = LIMIT_FILE_FINDINGS};
    ret->sink.arena = &ret->arena;
    ret->sink.left = &ret->left;
    ret->sink.path = entry.path;
    CHECK(password_config_new(wordlist, seconds, &config, &ret->err) == 0);
    void *reader = password_inspector.open(config);
    if (password_inspector.entry(config, reader, &entry, &ret->sink) == INSPECT_WHOLE)
        ret->r = password_inspector.whole(config, reader, &entry, text, &ret->sink, &ret->err);
    password_inspector.close(reader);
    password_config_free(config);
}

static inline void inspect_text(const char *path, struct str text, struct inspected *ret)
{
    inspect_with(NULL, 5, path, text, ret);
}

/* The finding of this id; NULL. */
static inline const struct file_finding *inspected_find(const struct inspected *inspected,
                                                        const char *id)
{
    for (size_t i = 0; i < inspected->sink.findings.count; i++)
        if (str_is(inspected->sink.findings.items[i].id, id))
            return &inspected->sink.findings.items[i];
    return NULL;
}
