import CKernels

extension ProgramBuilder {
    /// Results of more bytes than this leave the second cache before the next layer reads them.
    private static let largeResult = 256 << 10
    /// Bytes that the strips of a chain may take together.
    private static let stripBytes = 320 << 10

    /// Runs chains of convolutions whose results would not stay in the cache strip by strip.
    ///
    /// A strip is some rows of the last layer; each layer before computes the rows that are still missing for it, and keeps
    /// only those. MobileNetV2's expansion, depthwise layer and projection then never write the expansion to memory. The
    /// upper and the lower half of a chain depend on nothing of each other (rows between them are computed twice), so that
    /// two threads take one each. Every number is computed as before, from the same numbers in the same order.
    ///
    /// - Parameters:
    ///   - inputs: buffers that are filled before a run.
    ///   - outputs: buffers that must be whole after it.
    public mutating func runChainsByStrips(inputs: [Buffer], outputs: [Buffer]) {
        let whole = records
        records = []
        var next = 0
        while next < whole.count {
            let chain = Array(whole[next..<endOfChain(from: next, in: whole, keeping: inputs + outputs)])
            next += chain.count
            if chain.count < 2 || !appendStrips(of: chain, inputs: inputs) { records += chain }
        }
    }

    /// The end of the longest run of steps from `first` on in which each reads a large result of the one before that nothing
    /// else touches.
    private func endOfChain(from first: Int, in steps: [StepRecord], keeping kept: [Buffer]) -> Int {
        var end = first + 1
        while end < steps.count {
            let result = steps[end - 1].y
            guard steps[end - 1].rows != nil, steps[end].rows != nil, sizes[result.index] > Self.largeResult,
                steps[end].a == result, steps[end].b != result, !kept.contains(result),
                steps.indices.filter({ steps[$0].touches(result) }) == [end - 1, end]
            else { break }
            end += 1
        }
        return end
    }

    /// Appends a chain's two halves strip by strip; false, and nothing is appended, where its rows do not allow that.
    private mutating func appendStrips(of chain: [StepRecord], inputs: [Buffer]) -> Bool {
        let layers = chain.compactMap(\.rows)
        guard layers.count == chain.count, let last = layers.last, last.outputRows > 1 else { return false }
        let middle = last.outputRows / 2
        guard
            let upper = StripSchedule.fitting(layers, rows: 0..<middle, bytes: Self.stripBytes),
            let lower = StripSchedule.fitting(
                layers, rows: middle..<last.outputRows, bytes: Self.stripBytes),
            let own = readingElsewhere(chain, inputs: inputs)
        else { return false }
        let begin = records.count
        appendStrips(of: own, by: upper)
        let second = records.count
        appendStrips(of: own, by: lower)
        for step in own.dropLast() { sizes[step.y.index] = 0 }
        halves.append((begin..<second, second..<records.count))
        return true
    }

    /// The chain with an input that its result does not lie over: rows of it are read after results are written.
    private mutating func readingElsewhere(_ chain: [StepRecord], inputs: [Buffer]) -> [StepRecord]? {
        let result = chain[chain.count - 1].y
        guard chain.dropLast().allSatisfy({ !$0.touches(result) }) || chain[0].a == result else { return nil }
        guard chain[0].a == result else { return chain }
        guard !inputs.contains(result) else { return nil }
        // Up to here the buffer held what the chain reads; its result alone stays in the old one.
        let source = buffer(bytes: sizes[result.index])
        for index in records.indices { records[index].replace(result, by: source) }
        var chain = chain
        for index in chain.indices {
            chain[index].replace(result, by: source, keepingResult: index == chain.count - 1)
        }
        return chain
    }

    /// Appends the steps of some strips, with memory of their own for inner results and scratch.
    private mutating func appendStrips(of chain: [StepRecord], by schedule: StripSchedule) {
        var trial = schedule, schedule = schedule
        while trial.next() != nil {}
        var own = chain
        for (level, rows) in trial.capacities.enumerated() {
            let result = buffer(bytes: rows * schedule.layers[level].outputRowBytes)
            own[level].y = result
            own[level + 1].a = result
        }
        for level in own.indices {
            own[level].scratch = own[level].scratch.map { buffer(bytes: sizes[$0.index]) }
        }
        while let strip = schedule.next() {
            for (level, rows) in strip.enumerated() {
                let layer = schedule.layers[level]
                if let kept = rows.kept {
                    records.append(
                        moved(kept, to: rows.keptAt, rowBytes: layer.outputRowBytes, of: own[level]))
                }
                guard !rows.outputs.isEmpty else { continue }
                records.append(
                    own[level].rows(
                        rows.outputs, source: rows.source, target: rows.target, in: pool))
            }
        }
    }

    /// Moves rows of a step's result that the next strip still needs towards the beginning of their buffer.
    private mutating func moved(
        _ rows: Range<Int>, to target: Int, rowBytes: Int, of step: StepRecord
    ) -> StepRecord {
        var parameters = sk_gather()
        parameters.rank = 1
        parameters.element_bytes = 1
        parameters.size.0 = Int64(rows.count * rowBytes)
        parameters.contiguous = parameters.size.0
        parameters.y_step.0 = 1
        parameters.offset.0 = UnsafePointer(pool.store([Int64(0)]))
        return StepRecord(
            layer: step.layer, name: "move", kernel: table.gather, a: step.y, b: nil, y: step.y, scratch: nil,
            parameters: pool.store(one: parameters), work: Double(rows.count * rowBytes), pace: .moves,
            rows: nil, reach: nil, border: nil,
            offsets: (a: rows.lowerBound * rowBytes, b: 0, y: target * rowBytes))
    }
}
