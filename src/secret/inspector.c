#include "secret/inspector.h"

#include "base/i18n.h"
#include "secret/scanner.h"

static void pack(const void *config, struct buf *buf)
{
    secret_ruleset_pack(config, buf);
}

static void *open_scanner(const void *config)
{
    return secret_scanner_new(config);
}

static void close_scanner(void *reader)
{
    secret_scanner_free(reader);
}

/* Rules on files speak of the last part: "config.json" of an archive's member, too. */
static enum inspect_want begin(const void *config, void *reader, const struct inspect_entry *entry,
                               struct inspect_sink *sink)
{
    (void)config;
    (void)sink;
    if (entry->type != ENTRY_FILE)
        return INSPECT_NOTHING;
    struct secret_place place = {entry->path, STR_NONE};
    if (entry->inner.len)
        place = (struct secret_place){entry->inner, entry->path};
    secret_scanner_begin(reader, place, entry->size);
    return INSPECT_BYTES;
}

static int add(const void *config, void *reader, struct str chunk, struct inspect_sink *sink,
               struct pl_err *err)
{
    (void)config;
    (void)sink;
    (void)err;
    secret_scanner_add(reader, chunk);
    return 0;
}

static int end(const void *config, void *reader, struct inspect_sink *sink, struct pl_err *err)
{
    struct secret_found_list list;
    int r = secret_scanner_end(reader, &list, err);
    for (size_t i = 0; i < list.count; i++) {
        const struct secret_found *found = &list.items[i];
        char hash[SECRET_HASH] = "";
        if (inspect_has_room(sink))
            secret_hash(config, found->digest, hash);
        struct file_finding finding = {
            .kind = FINDING_SECRET,
            .severity = found->rule->severity,
            .id = str_of(found->rule->id),
            .line = found->line,
            .column = found->column,
            .excerpt = found->excerpt,
            .identity = str_of(hash),
        };
        inspect_add(sink, &finding);
    }
    return r;
}

static void describe(const void *config, struct arena *arena, struct finding *finding)
{
    const struct secret_rule *rule = secret_rule_find(config, finding->id);
    (void)arena;
    if (!rule)
        return;
    finding->title = str_of(rule->title);
    finding->title_local = i18n_local(rule->title_zh);
    finding->mend = str_of(rule->revoke);
    finding->mend_local = i18n_local(rule->revoke_zh);
    finding->references = rule->references;
}

const struct inspector_class secret_inspector = {
    .name = "secrets",
    .kind = FINDING_SECRET,
    .version = 1,
    .members_only = true,
    .pack = pack,
    .open = open_scanner,
    .close = close_scanner,
    .entry = begin,
    .add = add,
    .end = end,
    .describe = describe,
};
