/* Builds rpm headers and the bytes around them, in small buffers of the test. */
#pragma once

#include "base/buf.h"
#include "catalog/bytes.h"
#include "catalog_test.h"

extern const struct cataloger cataloger_rpm;

static inline void put_be32(struct buf *buf, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(buf, (char)(value >> shift));
}

static inline void put_le32(struct buf *buf, uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        buf_putc(buf, (char)(value >> shift));
}

static inline void put_zeros(struct buf *buf, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_putc(buf, '\0');
}

static inline void set_be16(char *at, uint32_t value)
{
    at[0] = (char)(value >> 8);
    at[1] = (char)value;
}

static inline void set_be32(char *at, uint32_t value)
{
    set_be16(at, value >> 16);
    set_be16(at + 2, value);
}

struct header_tags {
    const char *name, *version, *release, *arch, *source, *module;
    int epoch;     /* -1: none */
    size_t filler; /* bytes of a tag that nobody wants, before SOURCERPM */
};

static inline void put_entry(struct buf *index, struct buf *store, uint32_t tag, uint32_t type,
                             struct str value)
{
    put_be32(index, tag);
    put_be32(index, type);
    put_be32(index, (uint32_t)store->len);
    put_be32(index, 1);
    buf_add(store, value);
}

static inline void put_text(struct buf *index, struct buf *store, uint32_t tag, const char *text)
{
    if (text)
        put_entry(index, store, tag, 6, str_make(text, strlen(text) + 1));
}

static inline void put_header(struct buf *out, const struct header_tags *tags)
{
    AUTO_BUF index = {0}, store = {0}, filler = {0}, epoch = {0};
    put_entry(&index, &store, 63, 7, STR("0123456789abcdef"));
    put_text(&index, &store, 1000, tags->name);
    put_text(&index, &store, 1001, tags->version);
    put_text(&index, &store, 1002, tags->release);
    if (tags->epoch >= 0) {
        put_be32(&epoch, (uint32_t)tags->epoch);
        put_entry(&index, &store, 1003, 4, buf_str(&epoch));
    }
    put_text(&index, &store, 1011, "Acme");
    put_text(&index, &store, 1014, "MIT");
    put_text(&index, &store, 1022, tags->arch);
    put_zeros(&filler, tags->filler);
    put_entry(&index, &store, 1028, 7, buf_str(&filler));
    put_text(&index, &store, 1044, tags->source);
    put_text(&index, &store, 5096, tags->module);
    put_be32(out, (uint32_t)(index.len / 16));
    put_be32(out, (uint32_t)store.len);
    buf_add(out, buf_str(&index));
    buf_add(out, buf_str(&store));
}

static const struct header_tags tags_bash = {
    .name = "bash",
    .version = "5.1.8",
    .release = "9.el9",
    .arch = "x86_64",
    .source = "bash-5.1.8-9.el9.src.rpm",
    .epoch = -1,
};
static const struct header_tags tags_large = {
    .name = "large-one",
    .version = "2",
    .release = "1",
    .arch = "noarch",
    .source = "large-src-2-1.nosrc.rpm",
    .module = "m:s:1:c",
    .epoch = 3,
    .filler = 3000,
};
#define LINE_BASH "bash 5.1.8-9.el9 x86_64 bash 5.1.8-9.el9"
#define LINE_LARGE "large-one 3:2-1 noarch large-src 2-1"

/* Both packages and nothing to complain of. */
static inline void check_both(struct catalog_run *run)
{
    CHECK_INT(run->result, 0);
    CHECK_INT(run->sink.packages.count, 2);
    CHECK_INT(run->sink.problems.count, 0);
    for (size_t i = 0; i < run->sink.problems.count; i++)
        printf("%.*s\n", STR_ARG(run_problem(run, i)));
    CHECK_STR(run_package(run, 0), LINE_BASH);
    CHECK_STR(run_package(run, 1), LINE_LARGE);
    if (run->sink.packages.count == 2) {
        CHECK_STR(run->sink.packages.items[1]->module, "m:s:1:c");
        CHECK_STR(run->sink.packages.items[0]->vendor, "Acme");
        CHECK_STR(run->sink.packages.items[0]->licenses[0], "MIT");
    }
}

static inline struct catalog_run run_rpm(struct str file, struct str wal)
{
    return run_catalog(&cataloger_rpm, "var/lib/rpm/Packages", file, 0, wal);
}

/* The only problem, or the error of the run. */
static inline void check_complaint(struct catalog_run *run, const char *want)
{
    if (run->result < 0) {
        CHECK_STR(str_of(run->err.message), want);
        return;
    }
    CHECK_INT(run->sink.problems.count, 1);
    CHECK_STR(run_problem(run, 0), want);
}

/* Every byte of the file turned round, one after the other: no crash, no endless run. */
static inline void check_damage(struct str file, struct str wal)
{
    AUTO_FREE char *copy = mem_alloc(file.len);
    for (size_t i = 0; i < file.len; i++) {
        memcpy(copy, file.data, file.len);
        copy[i] = (char)(copy[i] ^ 0xff);
        struct catalog_run run = run_rpm(str_make(copy, file.len), wal);
        CHECK(run.sink.packages.count <= 2);
        run_free(&run);
        if (i % 7 == 0) {
            run = run_rpm(str_make(copy, i), wal);
            run_free(&run);
        }
    }
}
