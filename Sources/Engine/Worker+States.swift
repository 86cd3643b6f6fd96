import ModelGraph

/// Streaming networks: states live on from one run to the next.
///
///     worker.resetStates()
///     for frame in frames {
///         worker.setInput(0, floats: frame.span)
///         worker.run()
///         worker.carryStates()
///     }
extension Worker {
    /// Sets every state to what it is before the first run.
    public func resetStates() {
        for state in plan.states {
            let type = plan.inputs[state.input].type
            setInput(state.input, bytes: type.repeated(state.initial).span.bytes)
        }
    }

    /// Makes the states that the last run gave the inputs of the next.
    public func carryStates() {
        let values = plan.states.map { outputBytes($0.output) }
        for (state, bytes) in zip(plan.states, values) { setInput(state.input, bytes: bytes.span.bytes) }
    }
}

extension Worker {
    /// Runs the steps of one sequence, which lie one after another in `numbers`, from the beginning of all states.
    ///
    /// Precondition: whole steps of the only input that is no state. A network without states takes each step for itself.
    public func run(sequence numbers: Span<Float>, afterStep: (Span<Float>) throws -> Void) rethrows {
        guard let input = plan.givenInputs.first else { return }
        let size = plan.inputs[input].elementCount
        precondition(
            size > 0 && numbers.count % size == 0, "run: \(numbers.count) numbers are not steps of \(size)")
        resetStates()
        for start in stride(from: 0, to: numbers.count, by: size) {
            // Not after the last step: inputs may lie where the outputs do.
            if start > 0 { carryStates() }
            let step = numbers.extracting(start..<start + size)
            setInput(input, floats: step)
            run()
            try afterStep(step)
        }
    }
}

extension Plan {
    /// The inputs that a caller gives, states left out.
    public var givenInputs: [Int] {
        inputs.indices.filter { index in !states.contains { $0.input == index } }
    }

    /// The outputs that a caller reads, states left out.
    public var readOutputs: [Int] {
        outputs.indices.filter { index in !states.contains { $0.output == index } }
    }
}

extension ValueType {
    /// The bytes of a value that holds one number everywhere, in its own type.
    fileprivate func repeated(_ number: Float) -> [UInt8] {
        let element: [UInt8] =
            switch dataType {
            case .float32: bytes(of: number.bitPattern)
            case .float16: bytes(of: Float16(number).bitPattern)
            case .bfloat16: bytes(of: number.bfloat16Bits)
            case .int8: bytes(of: Int8(saturating: Double(number)))
            case .uint8: bytes(of: UInt8(saturating: Double(number)))
            case .int16: bytes(of: Int16(saturating: Double(number)))
            case .int32: bytes(of: Int32(saturating: Double(number)))
            case .int64: bytes(of: Int64(saturating: Double(number)))
            case .bool: [number == 0 ? 0 : 1]
            case .binary: []
            }
        return [[UInt8]](repeating: element, count: shape.elementCount).flatMap { $0 }
    }

    private func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
