#define HEAP_ENTRY    32
#define HEAP_HOLE     0
#define HEAP_PREFETCH 0
#include "bench/queues/heap4.h"
#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(heap4_entry32, SIZE_MAX);
