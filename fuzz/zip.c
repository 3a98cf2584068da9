/* Zip archives: every member is read, up to some size. */
#include "io/zip.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ALL = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zip *zip;
    struct zip_member member;
    struct pl_err err;
    uint64_t total = 0, seen = 0;
    int fd = memory_file(data, size);
    if (zip_open(fd, &zip, &err) == 0) {
        for (int i = 0; i < 1000 && total < ALL && zip_next(zip, &member, &err) == 1; i++) {
            for (size_t k = 0; k < member.name.len; k++)
                seen += (uint8_t)member.name.data[k];
            struct str chunk;
            uint64_t read = 0;
            if (zip_start(zip, &member, &err) < 0)
                continue;
            while (total < ALL && zip_read(zip, &chunk, &err) == 0 && chunk.len) {
                for (size_t k = 0; k < chunk.len; k++)
                    seen += (uint8_t)chunk.data[k];
                total += chunk.len;
                read += chunk.len;
            }
            if (read > member.size)
                abort(); /* more than the directory promised */
        }
        zip_close(zip);
    }
    close(fd);
    return seen == UINT64_MAX;
}
