#include "io/tar.h"

#include "base/base64.h"
#include "base/limits.h"

/* Places of the fields in a header, ustar and GNU. */
enum {
    AT_MODE = 100,
    AT_UID = 108,
    AT_GID = 116,
    AT_MAJOR = 329,
    AT_MINOR = 337,
    AT_SIZE = 124,
    AT_CHECKSUM = 148,
    AT_TYPE = 156,
    AT_LINK = 157,
    AT_MAGIC = 257,
    AT_PREFIX = 345,
    AT_GNU_SPARSE = 386,
    AT_GNU_EXTENDED = 482,
    AT_GNU_REAL_SIZE = 483,
};

void tar_init(struct tar *tar, struct source *source)
{
    *tar = (struct tar){.source = source};
}

void tar_free(struct tar *tar)
{
    VEC_FREE(&tar->segments);
    buf_free(&tar->long_path);
    buf_free(&tar->capability);
    buf_free(&tar->long_link);
    buf_free(&tar->global_path);
    buf_free(&tar->global_link);
}

/* Octal digits with spaces or NULs around, or GNU's base 256. False on anything else. */
static bool parse_number(const unsigned char *field, size_t len, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (field[0] & 0x80) {
        value = field[0] & 0x7f;
        if (value & 0x40)
            return false; /* negative */
        for (size_t i = 1; i < len; i++) {
            if (value >> 55)
                return false;
            value = value << 8 | field[i];
        }
        *ret_value = value;
        return true;
    }
    size_t i = 0;
    while (i < len && field[i] == ' ')
        i++;
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (uint64_t)(field[i] - '0');
    for (; i < len; i++)
        if (field[i] != ' ' && field[i] != '\0')
            return false;
    *ret_value = value;
    return true;
}

bool tar_is_header(const unsigned char *block)
{
    uint64_t want;
    if (!parse_number(block + AT_CHECKSUM, 8, &want))
        return false;
    uint32_t all = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        all += block[i];
    for (size_t i = AT_CHECKSUM; i < AT_CHECKSUM + 8; i++)
        all += 32U - block[i];
    if (all == want)
        return true;
    /* Some old writers summed signed bytes. */
    int32_t with_sign = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        with_sign += i >= AT_CHECKSUM && i < AT_CHECKSUM + 8 ? 32 : (signed char)block[i];
    return with_sign >= 0 && (uint64_t)with_sign == want;
}

static bool is_zero(const unsigned char *block)
{
    return block[0] == 0 && memcmp(block, block + 1, TAR_BLOCK - 1) == 0;
}

static struct str field_text(const unsigned char *field, size_t len)
{
    return str_make((const char *)field, strnlen((const char *)field, len));
}

/* Reads an extended header's bytes, bounded by LIMIT_PAX_HEADER, and passes over its padding. */
static int read_extension(struct tar *tar, uint64_t size, struct buf *ret, struct pl_err *err)
{
    if (size > LIMIT_PAX_HEADER)
        return err_limit(err, LIMIT_NAME(LIMIT_PAX_HEADER),
                         "an extended header of %llu bytes is larger than LIMIT_PAX_HEADER (%llu)",
                         (unsigned long long)size, LIMIT_PAX_HEADER);
    ret->len = 0;
    uint64_t left = size;
    while (left) {
        struct str chunk;
        int r = tar->source->chunk(tar->source, left, &chunk, err);
        if (r < 0)
            return r;
        if (chunk.len == 0)
            return err_set(err, PL_E_FORMAT, "the archive ends inside an extended header");
        buf_add(ret, chunk);
        left -= chunk.len;
    }
    return tar->source->skip(tar->source, -size & (TAR_BLOCK - 1), err);
}

static int add_segment(struct tar *tar, uint64_t offset, uint64_t length, struct pl_err *err)
{
    uint64_t end, last_end = 0;
    if (tar->segments.count) {
        const struct tar_segment *last = &tar->segments.items[tar->segments.count - 1];
        last_end = last->offset + last->length;
    }
    if (__builtin_add_overflow(offset, length, &end) || offset < last_end)
        return err_set(err, PL_E_FORMAT, "the map of a sparse file is out of order");
    if (tar->segments.count >= LIMIT_SPARSE_SEGMENTS)
        return err_limit(err, LIMIT_NAME(LIMIT_SPARSE_SEGMENTS),
                         "a sparse file has more segments than LIMIT_SPARSE_SEGMENTS (%llu)",
                         LIMIT_SPARSE_SEGMENTS);
    *VEC_ADD(&tar->segments) = (struct tar_segment){offset, length};
    return 0;
}

/* GNU.sparse.map of format 0.1: "offset,length,offset,length…". */
static int parse_sparse_map(struct tar *tar, struct str map, struct pl_err *err)
{
    struct str offset_text, length_text;
    uint64_t offset, length;
    while (map.data && map.len) {
        if (!str_cut(&map, ',', &offset_text) || !str_cut(&map, ',', &length_text) ||
            !str_to_u64(offset_text, &offset) || !str_to_u64(length_text, &length))
            return err_set(err, PL_E_FORMAT, "the map of a sparse file is malformed");
        int r = add_segment(tar, offset, length, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int pax_sparse(struct tar *tar, struct str key, struct str value, struct pl_err *err)
{
    uint64_t number = 0;
    bool is_number = str_to_u64(value, &number);
    tar->pax.sparse = true;
    if (str_is(key, "name")) {
        tar->long_path.len = 0;
        buf_add(&tar->long_path, value);
        buf_putc(&tar->long_path, '\0');
        return 0;
    }
    if (str_is(key, "map"))
        return parse_sparse_map(tar, value, err);
    if (!is_number)
        return err_set(err, PL_E_FORMAT, "the pax record GNU.sparse.%.*s is no number",
                       STR_ARG(key));
    if (str_is(key, "realsize") || str_is(key, "size")) {
        tar->pax.has_real_size = true;
        tar->pax.real_size = number;
    } else if (str_is(key, "major")) {
        tar->pax.sparse_1_0 = number == 1;
    } else if (str_is(key, "offset")) {
        tar->pax.sparse_offset = number;
        tar->pax.has_offset = true;
    } else if (str_is(key, "numbytes") && tar->pax.has_offset) {
        tar->pax.has_offset = false;
        return add_segment(tar, tar->pax.sparse_offset, number, err);
    }
    return 0;
}

static int pax_record(struct tar *tar, bool global, struct str key, struct str value,
                      struct pl_err *err)
{
    bool is_path = str_is(key, "path"), is_link = str_is(key, "linkpath");
    if (is_path || is_link) {
        if (memchr(value.data, '\0', value.len))
            return err_set(err, PL_E_FORMAT, "a pax record holds a path with a zero byte");
        struct buf *to = global ? (is_path ? &tar->global_path : &tar->global_link)
                                : (is_path ? &tar->long_path : &tar->long_link);
        to->len = 0;
        buf_add(to, value);
        if (value.len)
            buf_putc(to, '\0');
    } else if (str_is(key, "size")) {
        uint64_t size;
        if (!str_to_u64(value, &size))
            return err_set(err, PL_E_FORMAT, "the pax record of the size is no number: \"%.*s\"",
                           STR_ARG(str_first(value, 64)));
        *(global ? &tar->pax.global_size : &tar->pax.size) = size;
        *(global ? &tar->pax.global_has_size : &tar->pax.has_size) = true;
    } else if (!global && str_is(key, "uid")) {
        tar->pax.has_uid = str_to_u64(value, &tar->pax.uid);
    } else if (!global && str_is(key, "gid")) {
        tar->pax.has_gid = str_to_u64(value, &tar->pax.gid);
    } else if (!global && str_is(key, "SCHILY.xattr.security.capability")) {
        tar->capability.len = 0;
        buf_add(&tar->capability, value);
    } else if (!global && str_is(key, "LIBARCHIVE.xattr.security.capability")) {
        /* bsdtar's form, in base64; it writes both where it can. */
        if (tar->capability.len == 0 && !base64_decode(value, &tar->capability))
            tar->capability.len = 0;
    } else if (!global && str_starts(key, STR("GNU.sparse."))) {
        return pax_sparse(tar, str_from(key, 11), value, err);
    }
    return 0;
}

/* Records are "LENGTH KEY=VALUE\n", LENGTH in decimal and counting itself. */
static int parse_pax(struct tar *tar, bool global, struct str records, struct pl_err *err)
{
    while (records.len) {
        size_t space = str_index(str_first(records, 20), ' ');
        uint64_t length;
        if (space == SIZE_MAX || !str_to_u64(str_first(records, space), &length))
            return err_set(err, PL_E_FORMAT, "a pax record has no length");
        if (length > records.len)
            return err_set(err, PL_E_FORMAT, "a pax record is longer than its header");
        struct str record = str_first(records, (size_t)length);
        if (length < space + 3 || record.data[record.len - 1] != '\n')
            return err_set(err, PL_E_FORMAT, "a pax record does not end where its length says");
        record = str_from(str_first(record, record.len - 1), space + 1);
        size_t equals = str_index(record, '=');
        if (equals == SIZE_MAX)
            return err_set(err, PL_E_FORMAT, "a pax record has no '='");
        int r =
            pax_record(tar, global, str_first(record, equals), str_from(record, equals + 1), err);
        if (r < 0)
            return r;
        records = str_from(records, (size_t)length);
    }
    return 0;
}

static int read_pax(struct tar *tar, bool global, uint64_t size, struct pl_err *err)
{
    CLEANUP(buf_free) struct buf bytes = {0};
    int r = read_extension(tar, size, &bytes, err);
    if (r < 0)
        return r;
    if (!global) {
        tar->segments.count = 0;
        tar->pax.sparse = tar->pax.sparse_1_0 = tar->pax.has_real_size = tar->pax.has_offset =
            false;
    }
    return parse_pax(tar, global, buf_str(&bytes), err);
}

static int read_long_name(struct tar *tar, struct buf *to, uint64_t size, struct pl_err *err)
{
    int r = read_extension(tar, size, to, err);
    if (r < 0)
        return r;
    to->len = strnlen(to->data ? to->data : "", to->len);
    if (to->len)
        buf_putc(to, '\0');
    return 0;
}

/* The old GNU format: four segments in the header, the rest in blocks of 21 behind it. */
static int read_gnu_sparse(struct tar *tar, const unsigned char *header, struct pl_err *err)
{
    const unsigned char *map = header + AT_GNU_SPARSE;
    size_t count = 4;
    bool more = header[AT_GNU_EXTENDED] != 0;
    if (!parse_number(header + AT_GNU_REAL_SIZE, 12, &tar->pax.real_size))
        return err_set(err, PL_E_FORMAT, "the size of a sparse file is malformed");
    tar->pax.sparse = tar->pax.has_real_size = true;
    for (;;) {
        for (size_t i = 0; i < count && map[i * 24]; i++) {
            uint64_t offset, length;
            if (!parse_number(map + i * 24, 12, &offset) ||
                !parse_number(map + i * 24 + 12, 12, &length))
                return err_set(err, PL_E_FORMAT, "the map of a sparse file is malformed");
            int r = add_segment(tar, offset, length, err);
            if (r < 0)
                return r;
        }
        if (!more)
            return 0;
        int r = tar->source->block(tar->source, &map, err);
        if (r < 0)
            return r;
        if (r == 0)
            return err_set(err, PL_E_FORMAT, "the archive ends inside the map of a sparse file");
        more = map[504] != 0;
        count = 21;
    }
}

/* Sparse format 1.0: the map stands in decimal lines before the bytes, padded to whole blocks. */
static int read_sparse_1_0(struct tar *tar, struct pl_err *err)
{
    uint64_t numbers[2] = {0, 0}, value = 0, wanted = 1, seen = 0;
    bool digits = false;
    while (seen < wanted) {
        const unsigned char *block;
        if (tar->left < TAR_BLOCK)
            return err_set(err, PL_E_FORMAT, "the map of a sparse file is longer than the file");
        int r = tar->source->block(tar->source, &block, err);
        if (r <= 0)
            return r < 0 ? r
                         : err_set(err, PL_E_FORMAT,
                                   "the archive ends inside the map of a sparse file");
        tar->left -= TAR_BLOCK;
        for (size_t i = 0; i < TAR_BLOCK && seen < wanted; i++) {
            if (block[i] >= '0' && block[i] <= '9' && value < UINT64_MAX / 10 - 9) {
                value = value * 10 + (uint64_t)(block[i] - '0');
                digits = true;
                continue;
            }
            if (block[i] != '\n' || !digits)
                return err_set(err, PL_E_FORMAT, "the map of a sparse file is malformed");
            if (seen == 0) {
                if (value > LIMIT_SPARSE_SEGMENTS)
                    return err_limit(err, LIMIT_NAME(LIMIT_SPARSE_SEGMENTS),
                                     "a sparse file has more segments than LIMIT_SPARSE_SEGMENTS "
                                     "(%llu)",
                                     LIMIT_SPARSE_SEGMENTS);
                wanted = 1 + 2 * value;
            } else {
                numbers[(seen - 1) & 1] = value;
                if ((seen & 1) == 0 && (r = add_segment(tar, numbers[0], numbers[1], err)) < 0)
                    return r;
            }
            seen++;
            value = 0;
            digits = false;
        }
    }
    return 0;
}

static enum tar_type entry_type(const unsigned char *header, struct str path)
{
    switch (header[AT_TYPE]) {
    case '1':
        return TAR_HARDLINK;
    case '2':
        return TAR_SYMLINK;
    case '3':
    case '4':
    case '6':
        return TAR_OTHER;
    case '5':
        return TAR_DIR;
    case '\0':
    case '0':
    case '7':
    case 'S':
        /* Before POSIX a directory was a file whose name ends with a slash. */
        return path.len && path.data[path.len - 1] == '/' ? TAR_DIR : TAR_FILE;
    default:
        return TAR_OTHER;
    }
}

static void entry_names(struct tar *tar, const unsigned char *header)
{
    struct str name = field_text(header, 100);
    bool ustar = memcmp(header + AT_MAGIC, "ustar\0", 6) == 0;
    struct str prefix = ustar ? field_text(header + AT_PREFIX, 155) : STR_NONE;
    size_t len = 0;
    if (prefix.len) {
        memcpy(tar->name, prefix.data, prefix.len);
        tar->name[prefix.len] = '/';
        len = prefix.len + 1;
    }
    memcpy(tar->name + len, name.data, name.len);
    tar->entry.path = str_make(tar->name, len + name.len);
    struct str link = field_text(header + AT_LINK, 100);
    memcpy(tar->link_name, link.data, link.len);
    tar->entry.link = str_make(tar->link_name, link.len);

    const struct buf *path = tar->long_path.len ? &tar->long_path : &tar->global_path;
    const struct buf *target = tar->long_link.len ? &tar->long_link : &tar->global_link;
    if (path->len)
        tar->entry.path = str_make(path->data, path->len - 1);
    if (target->len)
        tar->entry.link = str_make(target->data, target->len - 1);
}

static uint32_t number_or_none(const unsigned char *field, size_t len)
{
    uint64_t value;
    return parse_number(field, len, &value) && value <= UINT32_MAX ? (uint32_t)value : 0;
}

/* Owner, device and capabilities: a field that is malformed is as if it were 0. */
static void entry_owner(struct tar *tar, const unsigned char *header)
{
    static const char specials[] = {['3'] = 'c', ['4'] = 'b', ['6'] = 'p'};
    struct tar_entry *entry = &tar->entry;
    unsigned char type = header[AT_TYPE];
    entry->uid = tar->pax.has_uid ? (uint32_t)tar->pax.uid : number_or_none(header + AT_UID, 8);
    entry->gid = tar->pax.has_gid ? (uint32_t)tar->pax.gid : number_or_none(header + AT_GID, 8);
    entry->special = type < sizeof(specials) ? specials[type] : 0;
    entry->major = entry->special ? number_or_none(header + AT_MAJOR, 8) : 0;
    entry->minor = entry->special ? number_or_none(header + AT_MINOR, 8) : 0;
    entry->capability = buf_str(&tar->capability);
}

/* Types '1' to '6' carry no bytes, whatever their size says. */
static bool has_bytes(const unsigned char *header, enum tar_type type)
{
    return type == TAR_FILE || (type == TAR_OTHER && !strchr("346", header[AT_TYPE]));
}

static int take_entry(struct tar *tar, const unsigned char *header, uint64_t size,
                      struct pl_err *err)
{
    uint64_t mode;
    struct tar_entry *entry = &tar->entry;
    entry_names(tar, header);
    entry->type = entry_type(header, entry->path);
    entry_owner(tar, header);
    entry->mode = parse_number(header + AT_MODE, 8, &mode) ? (uint32_t)(mode & 07777) : 0;
    if (tar->pax.has_size)
        size = tar->pax.size;
    else if (tar->pax.global_has_size)
        size = tar->pax.global_size;
    if (size > INT64_MAX - TAR_BLOCK)
        return err_set(err, PL_E_FORMAT, "a file of %llu bytes cannot be in an archive",
                       (unsigned long long)size);
    if (!has_bytes(header, entry->type))
        size = 0;
    bool gnu_sparse = header[AT_TYPE] == 'S';
    tar->content_at = 0;
    tar->segment = 0;
    if (gnu_sparse) {
        tar->segments.count = 0;
        int r = read_gnu_sparse(tar, header, err);
        if (r < 0)
            return r;
    }
    tar->stored = tar->left = size;
    tar->padding = -size & (TAR_BLOCK - 1);
    entry->sparse = tar->pax.sparse && entry->type == TAR_FILE;
    entry->size = entry->sparse && tar->pax.has_real_size ? tar->pax.real_size : size;
    if (entry->sparse && tar->pax.sparse_1_0)
        return read_sparse_1_0(tar, err);
    return 0;
}

static void forget_extensions(struct tar *tar)
{
    tar->long_path.len = tar->long_link.len = tar->capability.len = 0;
    tar->segments.count = 0;
    tar->pax.has_size = tar->pax.sparse = tar->pax.sparse_1_0 = tar->pax.has_real_size = false;
    tar->pax.has_uid = tar->pax.has_gid = false;
}

/* One header block: 1 when tar->entry is filled, 2 when it was an extension of the next one. */
static int take_header(struct tar *tar, const unsigned char *block, struct pl_err *err)
{
    unsigned char header[TAR_BLOCK];
    uint64_t size;
    if (!tar_is_header(block))
        return err_set(err, PL_E_FORMAT, "the checksum of the header is wrong");
    if (!parse_number(block + AT_SIZE, 12, &size))
        return err_set(err, PL_E_FORMAT, "the size in the header is no number, or too large");
    int r;
    switch (block[AT_TYPE]) {
    case 'x':
    case 'g':
        r = read_pax(tar, block[AT_TYPE] == 'g', size, err);
        return r < 0 ? r : 2;
    case 'L':
        r = read_long_name(tar, &tar->long_path, size, err);
        return r < 0 ? r : 2;
    case 'K':
        r = read_long_name(tar, &tar->long_link, size, err);
        return r < 0 ? r : 2;
    case 'S': /* its map can stand in further blocks, for which the source moves on */
        memcpy(header, block, sizeof(header));
        block = header;
        break;
    default:
        break;
    }
    r = take_entry(tar, block, size, err);
    return r < 0 ? r : 1;
}

int tar_next(struct tar *tar, struct pl_err *err)
{
    int r = 0;
    if (tar->left + tar->padding)
        r = tar->source->skip(tar->source, tar->left + tar->padding, err);
    tar->left = tar->padding = 0;
    if (r < 0)
        return err_prefix(err, "entry %llu", (unsigned long long)tar->number);
    tar->number++;
    forget_extensions(tar);
    for (;;) {
        const unsigned char *block;
        tar->header_at = tar->source->position;
        r = tar->source->block(tar->source, &block, err);
        if (r > 0 && is_zero(block)) {
            tar->end_marked = true;
            return 0;
        }
        if (r > 0)
            r = take_header(tar, block, err);
        if (r < 0)
            return err_prefix(err, "entry %llu at byte %llu", (unsigned long long)tar->number,
                              (unsigned long long)tar->header_at);
        if (r != 2)
            return r;
    }
}

/* Bytes of the hole at content_at, from a page of zeros. */
static struct str hole(uint64_t length)
{
    static const char zeros[4096];
    return str_make(zeros, length < sizeof(zeros) ? (size_t)length : sizeof(zeros));
}

int tar_content(struct tar *tar, struct str *ret_chunk, struct pl_err *err)
{
    uint64_t want = tar->left;
    if (tar->entry.sparse) {
        while (tar->segment < tar->segments.count &&
               tar->content_at >= tar->segments.items[tar->segment].offset +
                                      tar->segments.items[tar->segment].length)
            tar->segment++;
        uint64_t data_at = tar->segment < tar->segments.count
                               ? tar->segments.items[tar->segment].offset
                               : tar->entry.size;
        if (tar->content_at >= tar->entry.size) {
            *ret_chunk = STR_NONE;
            return 0;
        }
        if (tar->content_at < data_at) {
            uint64_t end = data_at < tar->entry.size ? data_at : tar->entry.size;
            *ret_chunk = hole(end - tar->content_at);
            tar->content_at += ret_chunk->len;
            return 0;
        }
        const struct tar_segment *segment = &tar->segments.items[tar->segment];
        want = segment->offset + segment->length - tar->content_at;
        if (want > tar->left)
            return err_set(err, PL_E_FORMAT, "entry %llu: a sparse file is shorter than its map",
                           (unsigned long long)tar->number);
    }
    if (want == 0) {
        *ret_chunk = STR_NONE;
        return 0;
    }
    int r = tar->source->chunk(tar->source, want, ret_chunk, err);
    if (r == 0 && ret_chunk->len == 0)
        r = err_set(err, PL_E_FORMAT, "the archive ends inside a file");
    if (r < 0)
        return err_prefix(err, "entry %llu", (unsigned long long)tar->number);
    tar->left -= ret_chunk->len;
    tar->content_at += ret_chunk->len;
    return 0;
}
