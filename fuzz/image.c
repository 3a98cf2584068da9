/* Archives of images: the outer tar, manifests, configs and layers, as one target. */
#include <stdio.h>

#include "app/collect.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const prefixes[] = {"", "oci-archive:"};
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        char target[64];
        struct image *image;
        struct image_options options = {0};
        struct pl_err err;
        int fd = memory_file(data, size);
        snprintf(target, sizeof(target), "%s/proc/self/fd/%d", prefixes[i], fd);
        if (image_open(str_of(target), &options, &image, &err) == 0) {
            struct report report = {.complete = true};
            struct collection collection = {0};
            struct collect_options collect_options = {.jobs = 1};
            collect(image, &collect_options, &report, &collection);
            collection_free(&collection);
            report_free(&report);
            image_close(image);
        }
        close(fd);
    }
    return 0;
}
