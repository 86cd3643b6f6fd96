import CKernels

extension ProgramBuilder {
    /// Results of more bytes than this leave the second cache before the next layer reads them.
    private static let largeResult = 256 << 10
    /// Bytes that the strips of a chain may take together.
    private static let stripBytes = 320 << 10

    /// Runs chains of convolutions whose results would not stay in the cache strip by strip.
    ///
    /// A strip is some rows of the last layer; each layer before computes the rows that are still missing for it, and keeps
    /// only those. MobileNetV2's expansion, depthwise layer and projection then never write the expansion to memory. Every
    /// number is computed as before, from the same numbers in the same order.
    ///
    /// - Parameter kept: buffers that must be whole after a run.
    public mutating func runLargeChainsByStrips(keeping kept: [Buffer]) {
        var ready: [StepRecord] = [], next = 0
        while next < records.count {
            let chain = chain(from: next, keeping: kept)
            if chain.count > 1, let strips = strips(of: chain) {
                ready += strips
            } else {
                ready += chain
            }
            next += chain.count
        }
        records = ready
    }

    /// The longest run of steps from `first` on in which each reads a large result of the one before that nothing else touches.
    private func chain(from first: Int, keeping kept: [Buffer]) -> [StepRecord] {
        var end = first + 1
        while end < records.count {
            let result = records[end - 1].y
            let touches = records.indices.filter { records[$0].touches(result) }
            guard records[end - 1].rows != nil, records[end].rows != nil, sizes[result.index] > Self.largeResult,
                records[end].a == result, records[end].b != result, touches == [end - 1, end],
                !kept.contains(result)
            else { break }
            end += 1
        }
        return Array(records[first..<end])
    }

    /// The chain's steps strip by strip, with its inner buffers cut to size; nil where rows do not allow that.
    private mutating func strips(of chain: [StepRecord]) -> [StepRecord]? {
        let geometries = chain.compactMap(\.rows)
        guard geometries.count == chain.count, let last = geometries.last,
            var schedule = StripSchedule.fitting(geometries, bytes: Self.stripBytes)
        else { return nil }
        // The result may lie over the chain's input where every row is read before it is written.
        let isOverInput = chain[chain.count - 1].y == chain[0].a
        var steps: [StepRecord] = []
        while let strip = schedule.next() {
            for (level, rows) in strip.enumerated() {
                let geometry = geometries[level]
                if let kept = rows.kept {
                    steps.append(
                        moved(kept, to: rows.keptAt, rowBytes: geometry.outputRowBytes, of: chain[level]))
                }
                guard !rows.outputs.isEmpty else { continue }
                steps.append(
                    chain[level].rows(
                        rows.outputs, source: rows.source, target: rows.target, of: geometry, in: pool))
            }
            if isOverInput, let written = strip.last?.outputs.upperBound,
                written * last.outputRowBytes > schedule.firstUnreadRow * geometries[0].inputRowBytes
            {
                return nil
            }
        }
        for (level, rows) in schedule.capacities.enumerated() {
            sizes[chain[level].y.index] = rows * geometries[level].outputRowBytes
        }
        return steps
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
            rows: nil, offsets: (a: rows.lowerBound * rowBytes, b: 0, y: target * rowBytes))
    }
}
