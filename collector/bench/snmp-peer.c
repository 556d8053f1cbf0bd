/*
 * The peer: bulk walks over Net-SNMP's asynchronous API, as a C or C++ collector on that library does them.
 *
 *   snmp-peer PORT AGENTS REPETITIONS FIRST_ADDRESS
 *
 * Walks dot1dTpFdbPort of each agent at once, copies what it reads and prints
 * "varbinds cpu_seconds wall_seconds failed exchanges".
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/large_fd_set.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>

static oid root[] = {1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2};
#define ROOT_LENGTH (sizeof root / sizeof root[0])

typedef struct {
  oid name[MAX_OID_LEN];
  size_t name_length;
  long *values;
  size_t count, room;
  unsigned char *block;
  size_t block_length, block_room;
} Walk;

static int open_walks, failed, repetitions;
static long exchanges;

static void ask(netsnmp_session *session, Walk *walk) {
  netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);
  pdu->non_repeaters = 0;
  pdu->max_repetitions = repetitions;
  snmp_add_null_var(pdu, walk->name, walk->name_length);
  exchanges++;
  if (!snmp_send(session, pdu)) {
    snmp_free_pdu(pdu);
    failed++;
    open_walks--;
  }
}

/* one record: type, index, value, in one growing block */
static void keep(Walk *walk, const netsnmp_variable_list *one) {
  size_t index = (one->name_length - ROOT_LENGTH) * sizeof(oid);
  size_t need = sizeof(long) * 3 + index + one->val_len;
  if (walk->block_length + need > walk->block_room) {
    walk->block_room = walk->block_room * 2 + need + 4096;
    walk->block = realloc(walk->block, walk->block_room);
  }
  unsigned char *at = walk->block + walk->block_length;
  long head[3] = {one->type, (long)index, (long)one->val_len};
  memcpy(at, head, sizeof head);
  memcpy(at + sizeof head, one->name + ROOT_LENGTH, index);
  memcpy(at + sizeof head + index, one->val.string, one->val_len);
  walk->block_length += need;
  walk->count++;
}

static int on_answer(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *magic) {
  Walk *walk = magic;
  (void)id;
  if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
    if (operation == NETSNMP_CALLBACK_OP_RESEND) return 1;
    failed++;
    open_walks--;
    return 1;
  }
  if (pdu->errstat != SNMP_ERR_NOERROR) {
    failed++;
    open_walks--;
    return 1;
  }
  int is_done = 0;
  for (netsnmp_variable_list *one = pdu->variables; one; one = one->next_variable) {
    if (one->type == SNMP_ENDOFMIBVIEW || one->name_length <= ROOT_LENGTH ||
        snmp_oid_compare(root, ROOT_LENGTH, one->name, ROOT_LENGTH) != 0) {
      is_done = 1;
      break;
    }
    if (snmp_oid_compare(one->name, one->name_length, walk->name, walk->name_length) <= 0) {
      failed++;
      is_done = 1;
      break;
    }
    keep(walk, one);
    memcpy(walk->name, one->name, one->name_length * sizeof(oid));
    walk->name_length = one->name_length;
  }
  if (is_done) open_walks--;
  else ask(session, walk);
  return 1;
}

static double seconds(struct timeval value) { return (double)value.tv_sec + (double)value.tv_usec / 1e6; }

static double cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int port = atoi(argv[1]), agents = atoi(argv[2]);
  repetitions = atoi(argv[3]);
  uint32_t first = ntohl(inet_addr(argv[4]));
  setenv("MIBS", "", 1);
  init_snmp("snmp-peer");
  Walk *walks = calloc((size_t)agents, sizeof(Walk));
  netsnmp_session **sessions = calloc((size_t)agents, sizeof *sessions);
  for (int i = 0; i < agents; i++) {
    netsnmp_session session;
    char peer[64];
    struct in_addr address = {htonl(first + (uint32_t)i)};
    snmp_sess_init(&session);
    snprintf(peer, sizeof peer, "udp:%s:%d", inet_ntoa(address), port);
    session.version = SNMP_VERSION_2c;
    session.peername = peer;
    session.community = (unsigned char *)"public";
    session.community_len = 6;
    session.retries = 5;
    session.timeout = 1000000;
    session.callback = on_answer;
    session.callback_magic = &walks[i];
    sessions[i] = snmp_open(&session);
    if (!sessions[i]) return 1;
    memcpy(walks[i].name, root, sizeof root);
    walks[i].name_length = ROOT_LENGTH;
  }
  struct timeval begin, end;
  gettimeofday(&begin, NULL);
  double cpu_before = cpu();
  open_walks = agents;
  for (int i = 0; i < agents; i++) ask(sessions[i], &walks[i]);
  while (open_walks > 0) {
    int count = 0, block = 1;
    struct timeval wait;
    netsnmp_large_fd_set set;
    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    NETSNMP_LARGE_FD_ZERO(&set);
    snmp_select_info2(&count, &set, &wait, &block);
    int ready = netsnmp_large_fd_set_select(count, &set, NULL, NULL, block ? NULL : &wait);
    if (ready > 0) snmp_read2(&set);
    else snmp_timeout();
    netsnmp_large_fd_set_cleanup(&set);
  }
  double cpu_used = cpu() - cpu_before;
  gettimeofday(&end, NULL);
  size_t varbinds = 0;
  for (int i = 0; i < agents; i++) varbinds += walks[i].count;
  printf("%zu %.6f %.6f %d %ld\n", varbinds, cpu_used, seconds(end) - seconds(begin), failed, exchanges);
  return 0;
}
