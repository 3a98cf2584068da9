#include "image/entries.h"

static struct tar *tar_of(struct entries *entries)
{
    return &((struct tar_entries *)entries)->tar;
}

static int next_entry(struct entries *entries, struct pl_err *err)
{
    struct tar *tar = tar_of(entries);
    int r = tar_next(tar, err);
    entries->number = tar->number;
    return r;
}

static int next_bytes(struct entries *entries, struct str *ret_chunk, struct pl_err *err)
{
    return tar_content(tar_of(entries), ret_chunk, err);
}

static int first_bytes(struct entries *entries, struct str *ret_head, struct pl_err *err)
{
    struct tar *tar = tar_of(entries);
    int r = tar->source->peek(tar->source, ret_head, err);
    if (r == 0)
        *ret_head = str_first(*ret_head, tar->left);
    return r;
}

/* A file of a plain archive can be read where it stands. */
static void find_in_file(struct entries *entries, struct input *input)
{
    const struct tar *tar = tar_of(entries);
    const struct source *source = tar->source;
    if (source->fd < 0 || tar->entry.sparse || source->position > source->length ||
        input->size > source->length - source->position)
        return;
    input->fd = source->fd;
    input->fd_offset = source->start + source->position;
}

void tar_entries_init(struct tar_entries *entries, struct source *source)
{
    entries->entries = (struct entries){
        .entry = &entries->tar.entry,
        .next = next_entry,
        .content = next_bytes,
        .head = first_bytes,
        .place = find_in_file,
    };
    tar_init(&entries->tar, source);
}

void tar_entries_free(struct tar_entries *entries)
{
    tar_free(&entries->tar);
}
