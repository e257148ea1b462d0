/// What every stand-alone reproducer begins and ends with: namespaces and a link by iproute2, and
/// a player of steps in Python's own library.
enum ReproducerRuntime {
    /// Makes the namespaces; `$S` and `$P` are their names, gone when the script ends.
    static func shell(isFour: Bool, isLoopback: Bool) -> String {
        let (network, length) = isFour ? ("10.9.0.", "/24") : ("fd00:9::", "/64")
        let flag = isFour ? "" : " nodad"
        let last = isFour ? "254" : "fe"
        let head = """
            set -e
            S=etimedout-s-$$; P=etimedout-p-$$
            cleanup() { ip netns del $S 2>/dev/null; ip netns del $P 2>/dev/null; }
            trap 'cleanup' EXIT INT TERM
            ip netns add $S; ip netns add $P

            """
        let settings = """
            for N in $S $P; do
                ip netns exec $N sysctl -qw net.ipv4.tcp_no_metrics_save=1 || true
                ip netns exec $N sysctl -qw net.ipv4.tcp_invalid_ratelimit=0 || true
                ip netns exec $N sysctl -qw net.ipv4.tcp_congestion_control=reno || true
                ip -n $N link set lo up
            done

            """
        guard !isLoopback else {
            let single = isFour ? "/32" : "/128"
            return head + settings + """
                for A in 1 2 \(last); do ip -n $S addr add \(network)$A\(single) dev lo\(flag); done
                ip -n $S link set lo mtu 1500
                export S P PN=$S DEV=lo PREFIX=\(single)

                """
        }
        return head + settings
            + """
            ip -n $S link add subject0 address 02:00:00:00:09:01 type veth \\
                peer name peer0 address 02:00:00:00:09:02 netns $P
            ip -n $S link set subject0 up; ip -n $P link set peer0 up
            for A in 1 \(last); do ip -n $S addr add \(network)$A\(length) dev subject0\(flag); done
            ip -n $P addr add \(network)2\(length) dev peer0\(flag)
            ip -n $S neigh replace \(network)2 lladdr 02:00:00:00:09:02 dev subject0 nud permanent
            L="lladdr 02:00:00:00:09:01 dev peer0 nud permanent"
            for A in 1 \(last); do ip -n $P neigh replace \(network)$A $L; done
            ip -n $P route replace \(network)\(last) dev peer0 quickack 1
            export S P PN=$P DEV=subject0 PREFIX=\(length)

            """
    }

    /// The player. Behind it come the lanes, and the call of `play`.
    static let python = #"""
        import ctypes, errno, fcntl, os, select, socket, struct, subprocess, sys, threading, time

        libc = ctypes.CDLL(None, use_errno=True)
        zero, done, changed = time.monotonic(), {}, threading.Condition()
        S, P, PN, DEV, PREFIX = (os.environ[k] for k in ("S", "P", "PN", "DEV", "PREFIX"))

        def say(actor, label, words, began=None):
            line = "%9.3f %-8s %-20s %s" % (time.monotonic() - zero, actor, label, words)
            if began is not None:
                line += "  (after %.3f s)" % (time.monotonic() - began)
            print(line, flush=True)

        def ip(*words):
            subprocess.run(["ip"] + list(words), check=True)

        def wait_for(label, seconds):
            with changed:
                while label not in done:
                    if not changed.wait(seconds):
                        raise SystemExit("step %s was never done" % label)
                return done[label]

        def until(moment):
            while time.monotonic() < moment:
                select.select([], [], [], max(0, moment - time.monotonic()))

        class Actor(threading.Thread):
            def __init__(self, name, steps):
                super().__init__()
                self.name, self.steps, self.s, self.l = name, steps, None, None

            def run(self):
                space = S if self.name == "subject" else PN
                with open("/run/netns/" + space) as f:
                    if libc.setns(f.fileno(), 0x40000000) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                for label, after, delay, body in self.steps:
                    if after is not None:
                        until(wait_for(after, 60) + delay)
                    body(self, label)
                    with changed:
                        done[label] = time.monotonic()
                        changed.notify_all()

            def timer(self):
                path = "/proc/self/task/%d/net/" % threading.get_native_id()
                port = "%04X" % self.s.getsockname()[1]
                for name in ("tcp", "tcp6"):
                    for line in open(path + name):
                        f = line.split()
                        if len(f) > 5 and f[1].endswith(":" + port) and f[3] == "01":
                            return f[5][:2]

            def new(self):
                kind = KIND if self.name == "subject" else ""
                family = socket.AF_INET6 if kind == "mapped" else FAMILY
                s = socket.socket(family, socket.SOCK_STREAM, 262 if kind == "multipath" else 0)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                return s

            def address(self, who):
                mapped = self.name == "subject" and KIND == "mapped"
                return ("::ffff:" if mapped else "") + ADDRESS[who]

            def listen(self, label, buffer=None):
                self.l = self.new()
                if buffer:
                    self.l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
                self.l.bind((self.address(self.name), 5000))
                self.l.listen(16)

            def connect(self, label):
                self.s = self.new()
                self.s.bind((self.address(self.name), 40000))
                other = "peer" if self.name == "subject" else "subject"
                self.s.connect((self.address(other), 5000))

            def accept(self, label):
                self.s, _ = self.l.accept()

            def send(self, label, count):
                say(self.name, label, "write(%d) = %d" % (count, self.s.send(b"e" * count)))

            def receive(self, label, count):
                while count > 0:
                    got = len(self.s.recv(count))
                    if got == 0:
                        return
                    count -= got

            def fill(self, label, count):
                taken = 0
                while taken < count:
                    try:
                        taken += self.s.send(b"f" * min(16384, count - taken), socket.MSG_DONTWAIT)
                    except BlockingIOError:
                        break
                say(self.name, label, "write = %d" % taken)

            def acknowledged(self, label):
                while struct.unpack("i", fcntl.ioctl(self.s, 0x5411, b"\0" * 4))[0] > 0:
                    until(time.monotonic() + 0.005)

            def shut(self, label):
                while self.timer() != "04":
                    until(time.monotonic() + 0.001)
                say(self.name, label, "the window is shut")

            def option(self, label, which, level, name, value, length):
                s = self.s if which == "connection" else self.l
                try:
                    s.setsockopt(level, name, struct.pack("<q", value)[:length])
                    say(self.name, label, "setsockopt %d = %d" % (name, value))
                except OSError as e:
                    say(self.name, label, "setsockopt: " + errno.errorcode[e.errno])

            def read_option(self, label, which, level, name):
                s = self.s if which == "connection" else self.l
                say(self.name, label, "getsockopt %d = %d" % (name, s.getsockopt(level, name)))

            def deaf(self, label, least=-1):
                steps = [(0x80, 0, 0, 0), (0x25, 0, 1, least), (6, 0, 0, 0), (6, 0, 0, 0xffffffff)]
                steps = steps if least >= 0 else [(6, 0, 0, 0)]
                code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *s) for s in steps))
                program = struct.pack("HL", len(steps), ctypes.addressof(code))
                self.s.setsockopt(socket.SOL_SOCKET, 26, program)
                say(self.name, label, "drops all that it receives over %d bytes" % least)

            def encrypt(self, label):
                self.s.setsockopt(socket.IPPROTO_TCP, 31, b"tls")
                self.s.setsockopt(282, 1, struct.pack("HH", 0x303, 51) + bytes(range(1, 37)))
                say(self.name, label, "the kernel encrypts (TLS_TX)")

            def finish(self, label):
                self.s.shutdown(socket.SHUT_WR)
                say(self.name, label, "shutdown(SHUT_WR)")

            def close(self, label):
                began = time.monotonic()
                self.s.close()
                say(self.name, label, "close", began)

            def hearing(self, label):
                self.s.setsockopt(socket.SOL_SOCKET, 27, 0)
                say(self.name, label, "receives again")

            def shell(self, label, *commands):
                for command in commands:
                    subprocess.run(command, shell=True, check=True)
                say(self.name, label, "; ".join(commands))

            def watch(self, label, seconds):
                until(time.monotonic() + seconds)

            def show_timer(self, label):
                names = {"00": "none", "01": "retransmit", "04": "probe", "02": "keepalive"}
                say(self.name, label, "timer: " + names.get(self.timer(), "?"))

            def error(self, label, how, seconds):
                began, words = time.monotonic(), "no error within %.1f s" % seconds
                try:
                    if how in ("read", "write"):
                        self.s.settimeout(seconds)
                        data = self.s.recv(1) if how == "read" else self.s.sendall(b"w" * (1 << 26))
                        words = "%s = %r" % (how, data)
                    elif how == "hangUp":
                        p = select.poll()
                        p.register(self.s, 0)
                        words = "poll: %s" % p.poll(seconds * 1000)
                    elif select.select([self.s], [], [], seconds)[0]:
                        code = self.s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                        words = "%s: SO_ERROR %s" % (how, errno.errorcode.get(code, code))
                except TimeoutError as e:
                    if e.errno:
                        words = "%s: %s" % (how, errno.errorcode[e.errno])
                except OSError as e:
                    words = "%s: %s" % (how, errno.errorcode[e.errno])
                self.s.settimeout(None)
                say(self.name, label, words, done.get(OUTAGE, began))

            def call(self, label, what):
                try:
                    if what == "takeError":
                        code = self.s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                        result = errno.errorcode.get(code, "no error")
                    elif what == "read":
                        result = len(self.s.recv(1, socket.MSG_DONTWAIT))
                    elif what == "write":
                        result = self.s.send(b"c", socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
                    elif what == "info":
                        result = "state %d" % self.s.getsockopt(socket.IPPROTO_TCP, 11, 8)[0]
                    else:
                        p = select.poll()
                        p.register(self.s, select.POLLIN | select.POLLOUT)
                        result = "events %#x" % dict(p.poll(0)).get(self.s.fileno(), 0)
                    say(self.name, label, "%s = %s" % (what, result))
                except OSError as e:
                    say(self.name, label, "%s: %s" % (what, errno.errorcode[e.errno]))

        def play(lanes):
            actors = [Actor(name, steps) for name, steps in lanes]
            for actor in actors:
                actor.daemon = True
                actor.start()
            for actor in actors:
                if actor.name == "subject":
                    actor.join()
            os._exit(0)

        """#
}
