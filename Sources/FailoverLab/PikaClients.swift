internal import Evidence
internal import Glibc
internal import LinuxNet

/// The clients of a cell with RabbitMQ: a Python program that uses pika, as so many do.
enum PikaClients {
    /// Debian's own Python, for which python3-pika is packaged.
    static let python = "/usr/bin/python3"

    /// Whether Debian's package is here.
    static var isInstalled: Bool {
        access(python, X_OK) == 0
            && access("/usr/lib/python3/dist-packages/pika/__init__.py", R_OK) == 0
    }

    /// Takes a line that the program printed: `@ moment who what message detail…`.
    static func read(_ line: String, _ journal: Journal) {
        let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
        guard words.count == 6, words[0] == "@", let moment = Int64(words[1]),
            let what = FailoverEntry.What(rawValue: String(words[3]))
        else {
            return journal.note("pika", .said, line)
        }
        journal.note(
            String(words[2]), what, message: Int(words[4]), String(words[5]), at: moment)
    }

    /// The program. Each role has a connection and a thread of its own, as `BlockingConnection`
    /// wants; whatever happens is printed with the moment of CLOCK_MONOTONIC.
    static let script = #"""
        import logging, os, signal, sys, threading, time
        import pika, pika.exceptions

        roles, host, port, cell, heartbeat, keepalive, publish, size, ping, pause = sys.argv[1:11]
        period, patience = int(sys.argv[11]) / 1e3, int(sys.argv[12]) / 1e3
        port, heartbeat = int(port), int(heartbeat)
        publish, ping, pause = int(publish) / 1e3, int(ping) / 1e3, int(pause) / 1e3
        size = int(size)
        logging.disable(logging.CRITICAL)
        lock, paused = threading.Lock(), threading.Event()
        signal.signal(signal.SIGUSR1, lambda *_: paused.set())

        def note(who, what, message, detail, at=None):
            with lock:
                moment = time.monotonic_ns() if at is None else int(at * 1e9)
                print("@", moment, who, what, message, detail, flush=True)

        def words(error):
            inner = error
            while getattr(inner, "args", None) and isinstance(inner.args[0], BaseException):
                inner = inner.args[0]
            number = getattr(inner, "errno", None)
            import errno
            name = errno.errorcode.get(number) if number else None
            text = repr(inner)
            for known in errno.errorcode.values():
                if known in text:
                    name = known
            if name is None and ("reset" in text or "104" in text):
                name = "ECONNRESET"
            return name or type(inner).__name__

        def connect(session):
            options = {}
            if keepalive != "-":
                idle, interval, count = map(int, keepalive.split(","))
                options = {"TCP_KEEPIDLE": idle, "TCP_KEEPINTVL": interval, "TCP_KEEPCNT": count}
            parameters = pika.ConnectionParameters(
                host, port, heartbeat=heartbeat, socket_timeout=1.5, stack_timeout=5,
                connection_attempts=1, tcp_options=options or None,
                client_properties={"connection_name": session})
            return pika.BlockingConnection(parameters)

        def consume(role, session, connection):
            channel = connection.channel()
            queue = {"worker": "work-", "idle": "idle-", "server": "rpc-"}[role] + cell
            channel.queue_declare(queue)
            def take(channel, method, properties, body):
                number = body.split(b" ", 1)[0].decode()
                again = " redelivered" if method.redelivered else ""
                if role == "server":
                    note(role, "served", number, session + again)
                    answer = pika.BasicProperties(correlation_id=properties.correlation_id)
                    channel.basic_publish("", properties.reply_to, body, answer)
                else:
                    note(role, "received", number, session + again)
                channel.basic_ack(method.delivery_tag)
            channel.basic_consume(queue, take, consumer_tag=session)
            due = time.monotonic() + ping
            while True:
                if role == "idle":
                    connection.process_data_events(time_limit=None)
                    continue
                connection.process_data_events(time_limit=max(0, due - time.monotonic()))
                if paused.is_set():
                    paused.clear()
                    time.sleep(pause)
                if time.monotonic() >= due:
                    due = time.monotonic() + ping
                    note(role, "wrote", "-", session)
                    # Nobody answers this, so that nobody waits for an answer.
                    channel.basic_publish("", "nowhere-" + cell, b"word")

        def produce(role, session, connection, state):
            channel = connection.channel()
            channel.queue_declare("work-" + cell)
            channel.confirm_delivery()
            while True:
                number = state["next"]
                if state["published"] < number:
                    state["published"] = number
                    note(role, "published", number, session)
                body = str(number).encode() + b" " + b"." * size
                channel.basic_publish("", "work-" + cell, body)
                note(role, "confirmed", number, session)
                state["next"] += 1
                connection.sleep(publish)

        def give_up(state):
            for number, deadline in list(state["waiting"].items()):
                if deadline <= time.monotonic():
                    note("caller", "callTimedOut", number, "-", deadline)
                    del state["waiting"][number]

        def call(session, connection, state):
            channel = connection.channel()
            channel.queue_declare("rpc-" + cell)
            replies = channel.queue_declare("", exclusive=True).method.queue
            def take(channel, method, properties, body):
                give_up(state)
                number = int(properties.correlation_id)
                came = state["waiting"].pop(number, None) is not None
                note("caller", "answered" if came else "answeredLate", number, session)
            channel.basic_consume(replies, take, auto_ack=True)
            def send(number):
                properties = pika.BasicProperties(reply_to=replies, correlation_id=str(number))
                channel.basic_publish("", "rpc-" + cell, str(number).encode(), properties)
            give_up(state)
            # A request that was on its way when the connection ended is sent again.
            for number in state["waiting"]:
                send(number)
            state["due"] = state["due"] or time.monotonic()
            while True:
                give_up(state)
                due = state["due"]
                if due <= time.monotonic():
                    # Calls are due by the clock, whether there is a connection or not.
                    number = state["next"]
                    state["next"], state["due"] = number + 1, due + period
                    note("caller", "called", number, session, due)
                    state["waiting"][number] = due + patience
                    send(number)
                    continue
                wake = min([due, *state["waiting"].values()])
                connection.process_data_events(time_limit=max(0, wake - time.monotonic()))

        def run(role):
            number = {"inner": 1000001, "caller": 2000001}.get(role, 1)
            state = {"next": number, "published": number - 1, "waiting": {}, "due": None}
            count = 0
            while True:
                count += 1
                session = f"{role}-{count}"
                try:
                    connection = connect(session)
                except BaseException as error:
                    note(role, "connectFailed", "-", f"{session} {words(error)}")
                    time.sleep(0.1)
                    continue
                note(role, "connected", "-", f"{session} {local(connection)}")
                try:
                    if role in ("worker", "idle", "server"):
                        consume(role, session, connection)
                    elif role == "caller":
                        call(session, connection, state)
                    else:
                        produce(role, session, connection, state)
                except BaseException as error:
                    note(role, "disconnected", "-", f"{session} pika {words(error)}")

        def local(connection):
            address = connection._impl._transport._sock.getsockname()
            return f"{address[0]}:{address[1]}"

        for role in roles.split(","):
            threading.Thread(target=run, args=(role,), daemon=True).start()
        while True:
            signal.pause()

        """#
}
