import CKernels

/// Where steps name a buffer in whose place a caller's memory may stand during a run.
public struct LentBuffer: Sendable {
    fileprivate enum Operand { case a, b, y }
    fileprivate let uses: [(unit: Int, operand: Operand, offset: Int)]
    fileprivate let own: Int
    fileprivate let count: Int
}

extension StepRecord {
    /// Whether the kernel touches the elements of its operands and nothing beyond, at any alignment of float32.
    fileprivate var keepsToItsElements: Bool { name == "elementwise" || name == "binary" }
}

extension Executor {
    /// How runs read `count` float32 numbers from a caller's memory instead of a buffer that no step writes; nil where a step that reads
    /// it may read beyond them.
    public func lendable(reading buffer: Buffer, count: Int) -> LentBuffer? {
        lendable(buffer, count: count, isWritten: false)
    }

    /// The same for a buffer that steps write.
    public func lendable(writing buffer: Buffer, count: Int) -> LentBuffer? {
        lendable(buffer, count: count, isWritten: true)
    }

    private func lendable(_ buffer: Buffer, count: Int, isWritten: Bool) -> LentBuffer? {
        guard program.constants[buffer.index] == nil, program.sizes[buffer.index] == count * 4 else {
            return nil
        }
        var uses: [(unit: Int, operand: LentBuffer.Operand, offset: Int)] = []
        for (index, record) in program.records.enumerated() where record.touches(buffer) {
            guard record.keepsToItsElements, record.scratch != buffer, isWritten || record.y != buffer,
                let unit = unitOfRecord[index]
            else { return nil }
            if record.a == buffer { uses.append((unit, .a, record.offsets.a)) }
            if record.b == buffer { uses.append((unit, .b, record.offsets.b)) }
            if record.y == buffer { uses.append((unit, .y, record.offsets.y)) }
        }
        guard !uses.isEmpty else { return nil }
        return LentBuffer(uses: uses, own: buffer.index, count: count)
    }

    /// Runs with the caller's numbers in place of the lent buffers; what is not lent keeps its own memory, and its span is not looked at.
    ///
    /// Precondition: as many numbers as the buffers hold.
    public func run(
        reading input: LentBuffer?, _ numbers: Span<Float>, writing output: LentBuffer?,
        _ results: inout MutableSpan<Float>
    ) {
        precondition(input == nil || input?.count == numbers.count, "run: \(numbers.count) numbers to read")
        precondition(
            output == nil || output?.count == results.count, "run: \(results.count) numbers to write")
        // SAFETY: the steps keep to the elements counted above, the two spans cannot overlap, no step writes what is only read, and the
        // addresses are put back before the spans go away.
        numbers.withUnsafeBufferPointer { source in
            results.withUnsafeMutableBufferPointer { destination in
                if let input {
                    point(input, at: source.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) })
                }
                if let output {
                    point(output, at: destination.baseAddress.map { UnsafeMutableRawPointer($0) })
                }
                run()
                if let input { point(input, at: address(of: Buffer(index: input.own))) }
                if let output { point(output, at: address(of: Buffer(index: output.own))) }
            }
        }
    }

    private func point(_ lent: LentBuffer, at base: UnsafeMutableRawPointer?) {
        guard let base else { return }
        for use in lent.uses {
            let address = base + use.offset
            switch use.operand {
            case .a: units.steps[use.unit].a = UnsafeRawPointer(address)
            case .b: units.steps[use.unit].b = UnsafeRawPointer(address)
            case .y: units.steps[use.unit].y = address
            }
        }
    }

    /// The place of each step in what runs; steps that run as a part of something else have none.
    private var unitOfRecord: [Int: Int] {
        Dictionary(
            units.records.enumerated().compactMap { unit, record in record.map { ($0, unit) } },
            uniquingKeysWith: { first, _ in first })
    }
}
