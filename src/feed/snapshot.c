/* The note that lies in a snapshot of feeds (tools/make_snapshot.py): of which dates its parts are.
 * A database made from it is as old as its oldest part, not as the day on which it was imported. */
#include "base/i18n.h"
#include "feed/feed.h"
#include "feed/head.h"

static bool snapshot_recognise(struct str head)
{
    return head_has_member(head, 1, "plimsoll_snapshot");
}

static void take_note(struct feed_import *import, const struct feed_document *document,
                      const struct str *names, const json_t *entry, void *context)
{
    struct str date = json_text(entry, "date");
    int64_t ignored;
    (void)document;
    (void)names;
    (void)context;
    if (date.len != CLOCK_DATE - 1 || !clock_parse(date, &ignored))
        return;
    memcpy(import->snapshot_date, date.data, date.len);
    import->snapshot_date[date.len] = '\0';
}

static int snapshot_read(struct feed_import *import, struct feed_document *document,
                         struct pl_err *err)
{
    static const char *const path[] = {NULL};
    return feed_read_entries(import, document, path, take_note, NULL, NULL, err);
}

const struct feed feed_snapshot = {
    .name = "snapshot",
    .help = N_("the note on the age of a snapshot of feeds"),
    .id = FEED_COUNT,
    .recognise = snapshot_recognise,
    .read = snapshot_read,
};
