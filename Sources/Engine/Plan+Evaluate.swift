import Dispatch
public import Kernels
public import ModelGraph
import Synchronization

extension Plan {
    /// Runs many samples, `batch` at a time, and returns the first output of all: samples × numbers a sample.
    ///
    /// Which samples run together depends on the plan's batch alone, so the result is the same for any number of threads.
    /// - Parameters:
    ///   - fill: writes samples `first..<first + batch` into input 0; those beyond `count` are ignored.
    ///   - threads: workers side by side, each with an arena of its own.
    public func evaluate(
        samples count: Int, threads: Int = 1, fill: @Sendable (Range<Int>, inout MutableSpan<Float>) -> Void
    ) -> [Float] {
        precondition(count >= 0 && threads > 0, "evaluate: needs samples and threads")
        precondition(!inputs.isEmpty && !outputs.isEmpty, "evaluate: needs an input and an output")
        let outputSize = outputs[0].elementCount / batch, batches = (count + batch - 1) / batch
        let shares = min(threads, max(batches, 1))
        // Workers take a few batches whenever they are done: the system may start one late, or slow it down.
        let taken = max(1, min(64, batches / (8 * shares))), next = Atomic(0)
        var results = [Float](repeating: 0, count: count * outputSize)
        results.withUnsafeMutableBufferPointer { results in
            // SAFETY: batches write disjoint ranges, and concurrentPerform returns before the buffer goes away.
            nonisolated(unsafe) let results = results
            forEachShare(shares) {
                let worker = Worker(self)
                var input = [Float](repeating: 0, count: inputs[0].elementCount)
                var output = [Float](repeating: 0, count: outputs[0].elementCount)
                while case let first = next.add(taken, ordering: .relaxed).oldValue, first < batches {
                    for index in first..<min(first + taken, batches) {
                        let samples = index * batch..<min(index * batch + batch, count)
                        run(worker, samples, &input, &output, fill)
                        let destination = results[
                            samples.lowerBound * outputSize..<samples.upperBound * outputSize]
                        for (place, value) in zip(destination.indices, output) { results[place] = value }
                    }
                }
            }
        }
        return results
    }

    private func run(
        _ worker: Worker, _ samples: Range<Int>, _ input: inout [Float], _ output: inout [Float],
        _ fill: @Sendable (Range<Int>, inout MutableSpan<Float>) -> Void
    ) {
        var destination = input.mutableSpan
        fill(samples, &destination)
        worker.run(input.span, into: &output)
    }

    /// One worker a share, side by side; alone on the calling thread.
    private func forEachShare(_ shares: Int, _ body: @Sendable () -> Void) {
        guard shares > 1 else { return body() }
        DispatchQueue.concurrentPerform(iterations: shares) { _ in body() }
    }
}

extension Plan {
    /// `evaluate` for samples that lie one after another in memory.
    public func evaluate(_ samples: [Float], threads: Int = 1) -> [Float] {
        let size = max((inputs.first?.elementCount ?? 0) / batch, 1)
        precondition(
            samples.count % size == 0, "evaluate: \(samples.count) numbers are not whole samples of \(size)")
        return evaluate(samples: samples.count / size, threads: threads) { range, input in
            let own = samples.span.extracting(range.lowerBound * size..<range.upperBound * size)
            for place in own.indices { input[place] = own[place] }
        }
    }
}

extension Plan {
    /// `evaluate` for a streaming network: each sample is `size` numbers, whole steps, and its answer is the one after the last step.
    fileprivate func evaluate(sequences: [Float], of size: Int, threads: Int) -> [Float] {
        let output = readOutputs.first ?? 0, outputSize = outputs[output].elementCount
        let count = sequences.count / max(size, 1), shares = min(threads, max(count, 1))
        let next = Atomic(0)
        var results = [Float](repeating: 0, count: count * outputSize)
        results.withUnsafeMutableBufferPointer { results in
            // SAFETY: samples write disjoint ranges, and concurrentPerform returns before the buffer goes away.
            nonisolated(unsafe) let results = results
            forEachShare(shares) {
                let worker = Worker(self)
                var answer = [Float](repeating: 0, count: outputSize)
                while case let sample = next.add(1, ordering: .relaxed).oldValue, sample < count {
                    let steps = sequences.span.extracting(sample * size..<(sample + 1) * size)
                    worker.run(sequence: steps) { _ in }
                    worker.copyOutput(output, into: &answer)
                    for (place, value) in answer.enumerated() { results[sample * outputSize + place] = value }
                }
            }
        }
        return results
    }
}

/// Runs a network on samples that lie one after another; returns the first output of each, concatenated.
///
/// Many samples of a small network run several at a time. The same bits for any number of threads. Throws what `Plan.init` throws.
/// - Parameter size: numbers of a sample, which a streaming network takes in several steps: its answer is the one after the last.
///   Nil: one step a sample.
public func evaluate(
    _ graph: Graph, samples: [Float], of size: Int? = nil, threads: Int = 1, kernels: KernelSet = .best
) throws(PlanError) -> [Float] {
    let single = try Plan(graph, kernels: kernels)
    if let size, !graph.states.isEmpty {
        return single.evaluate(sequences: samples, of: size, threads: threads)
    }
    let size = max(single.inputs.first?.elementCount ?? 0, 1)
    let count = samples.count / size, batch = single.samplesInCache
    // What cannot run several at a time (shapes with a fixed first axis) runs one at a time.
    guard batch > 1, count >= 16 * batch, let many = try? Plan(graph, batch: batch, kernels: kernels) else {
        return single.evaluate(samples, threads: threads)
    }
    return many.evaluate(samples, threads: threads)
}

extension Plan {
    /// How many samples' activations stay in the second cache together; at most eight, beyond which nothing is gained.
    fileprivate var samplesInCache: Int { max(1, min(8, (256 << 10) / max(arenaBytes, 1))) }
}

extension Plan.Port {
    /// Numbers in the whole batch.
    public var elementCount: Int { type.shape.elementCount }
}
