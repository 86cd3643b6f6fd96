/// Times inference on one sample, from the caller's buffers to the outputs: warm-up, then nine repeats that share the time.
///
/// Sixteen input buffers are taken in turn, and copies into and out of the plan's memory count.
/// - Returns: for each repeat, the times of its single runs in milliseconds, at least five.
public func timeRuns(of plan: Plan, seconds: Double, threads: Int = 1) -> [[Double]] {
    precondition(seconds > 0, "timeRuns: needs time")
    let repeats = 9
    var timer = InferenceTimer(worker: Worker(plan, threads: threads))
    timer.run(for: seconds * 0.1, atLeast: 3)
    return (0..<repeats).map { _ in timer.run(for: seconds * 0.9 / Double(repeats), atLeast: 5) }
}

/// Runs a worker over inputs in turn and notes how long each run took.
private struct InferenceTimer {
    let worker: Worker
    /// For each of sixteen turns, one buffer an input.
    private let turns: [[[Float]]]
    private var next = 0
    private var outputs: [[Float]]
    private let clock = ContinuousClock()

    init(worker: Worker) {
        self.worker = worker
        turns = (0..<16).map { turn in
            worker.plan.inputs.map { port in
                // Any spread of values does: no kernel's time depends on them.
                (0..<port.elementCount).map { Float(($0 &* 37 &+ turn &* 11) % 255) / 127 - 1 }
            }
        }
        outputs = worker.plan.outputs.map { [Float](repeating: 0, count: $0.elementCount) }
    }

    /// Times of single runs in milliseconds.
    @discardableResult
    mutating func run(for seconds: Double, atLeast least: Int) -> [Double] {
        var times: [Double] = []
        let end = clock.now + .seconds(seconds)
        while times.count < least || clock.now < end {
            let begin = clock.now
            once()
            times.append((clock.now - begin).milliseconds)
        }
        return times
    }

    private mutating func once() {
        let inputs = turns[next]
        next = (next + 1) % turns.count
        guard inputs.count == 1, outputs.count == 1 else {
            for (port, buffer) in inputs.enumerated() { worker.setInput(port, floats: buffer.span) }
            worker.run()
            for port in outputs.indices { worker.copyOutput(port, into: &outputs[port]) }
            return
        }
        let numbers = inputs[0]
        worker.run(numbers.span, into: &outputs[0])
    }
}

extension Duration {
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
    }
}
