#include "image/inspector.h"

#include "base/limits.h"
#include "base/utf8.h"

static bool take_room(struct inspect_sink *sink)
{
    uint64_t left = __atomic_load_n(sink->left, __ATOMIC_RELAXED);
    if (sink->file_count >= LIMIT_FINDINGS_OF_FILE)
        return false;
    while (left)
        if (__atomic_compare_exchange_n(sink->left, &left, left - 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

/* What comes out of files can be any bytes; reports are text. */
static struct str clean(struct arena *arena, struct str text)
{
    AUTO_BUF safe = {0};
    utf8_safe(&safe, text);
    return arena_str(arena, buf_str(&safe));
}

bool inspect_add(struct inspect_sink *sink, const struct file_finding *finding)
{
    if (!take_room(sink)) {
        sink->left_out++;
        return false;
    }
    sink->file_count++;
    struct file_finding *copy = VEC_ADD(&sink->findings);
    *copy = *finding;
    copy->order = sink->order;
    copy->inspector = sink->inspector;
    copy->path = arena_str(sink->arena, sink->path);
    copy->inner = clean(sink->arena, sink->inner);
    copy->id = arena_str(sink->arena, finding->id);
    copy->excerpt = clean(sink->arena, finding->excerpt);
    copy->identity = arena_str(sink->arena, finding->identity);
    copy->detail = arena_str(sink->arena, finding->detail);
    copy->detail_local = arena_str(sink->arena, finding->detail_local);
    sink->detail = sink->detail || finding->detail_local.len;
    return true;
}

bool inspect_has_room(const struct inspect_sink *sink)
{
    return sink->file_count < LIMIT_FINDINGS_OF_FILE &&
           __atomic_load_n(sink->left, __ATOMIC_RELAXED) != 0;
}

void inspect_sink_free(struct inspect_sink *sink)
{
    VEC_FREE(&sink->findings);
}
