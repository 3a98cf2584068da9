/* FIRST's EPSS scores, CSV: a comment with the date, a head line, then "CVE,score,percentile". */
#include <stdio.h>

#include "base/i18n.h"
#include "feed/feed.h"
#include "feed/words.h"

static bool epss_recognise(struct str head)
{
    return str_starts(head, STR("cve,epss")) ||
           (str_starts(head, STR("#model_version")) && str_find(head, STR("cve,epss")) != SIZE_MAX);
}

struct epss {
    struct feed_import *import;
    struct feed_document *document;
    uint32_t unit;
};

static void read_comment(struct epss *epss, struct str line)
{
    static const struct str label = {"score_date:", 11};
    struct arena arena = {0};
    size_t at = str_find(line, label);
    if (at != SIZE_MAX)
        builder_updated(epss->import->builder, epss->unit,
                        words_date(&arena, str_from(line, at + label.len)));
    arena_free(&arena);
}

static void read_line(void *context, struct str line, uint64_t number)
{
    struct epss *epss = context;
    struct str rest = line, id, score, percentile;
    double score_value, percentile_value;
    if (!rest.len || str_starts(rest, STR("cve,epss")))
        return;
    if (rest.data[0] == '#') {
        read_comment(epss, rest);
        return;
    }
    epss->import->records++;
    if (str_cut(&rest, ',', &id) && str_cut(&rest, ',', &score) &&
        str_cut(&rest, ',', &percentile) && str_to_double(score, &score_value) &&
        str_to_double(percentile, &percentile_value) &&
        builder_epss(epss->import->builder, id, score_value, percentile_value))
        return;
    struct pl_err err;
    char place[32];
    err_set(&err, PL_E_FORMAT, "the line is no id with a score and a percentile from 0 to 1");
    snprintf(place, sizeof(place), "%llu", (unsigned long long)number);
    feed_tell(epss->import, epss->document, str_of(place), &err);
}

static int epss_read(struct feed_import *import, struct feed_document *document, struct pl_err *err)
{
    struct epss epss = {import, document,
                        builder_unit(import->builder, FEED_EPSS, STR("epss"), STR(""))};
    feed_brings_whole(import, epss.unit);
    return feed_read_lines(document, read_line, &epss, err);
}

static const struct feed_address addresses[] = {
    {"https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", "EPSS scores", NULL},
    {NULL, NULL, NULL},
};

const struct feed feed_epss = {
    .name = "epss",
    .help = N_("FIRST's EPSS: how likely exploitation is (CSV)"),
    .id = FEED_EPSS,
    .recognise = epss_recognise,
    .read = epss_read,
    .addresses = addresses,
};
