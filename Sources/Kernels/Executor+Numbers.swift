import CKernels

/// How real numbers are written into a buffer's elements.
public enum NumberEncoding: Hashable, Sendable {
    /// Converted to the type itself.
    case plain(NumberType)
    /// int8 with one scale.
    case quantized(AffineScale)
    /// Integers with scales of their own along an axis.
    case table(NumberType, ScaleTable)
}

extension Executor {
    /// Writes real numbers into a buffer, quantising or converting them; allocates nothing unless scales vary.
    public func store(_ floats: Span<Float>, into buffer: Buffer, as encoding: NumberEncoding) {
        precondition(
            program.sizes[buffer.index] >= floats.count * encoding.elementBytes,
            "store: the buffer is too small")
        // SAFETY: the size was just checked, and the kernel returns before the span's memory can go away.
        floats.withUnsafeBufferPointer { source in
            let destination = address(of: buffer)
            switch encoding {
            case .plain(.float32):
                if let base = source.baseAddress {
                    destination.copyMemory(from: base, byteCount: source.count * 4)
                }
            case .plain(let type):
                convert(source.baseAddress, .float32, into: destination, type, count: source.count)
            case .quantized(let scale):
                quantize(
                    source.baseAddress, [scale.scale], [scale.zeroPoint], 1, into: destination, source.count)
            case .table(let type, let table):
                precondition(type == .int8, "store: only int8 is quantised by several scales")
                quantize(
                    source.baseAddress, table.scales, table.zeroPoints, table.inner, into: destination,
                    source.count)
            }
        }
    }

    /// Reads a buffer's elements as real numbers.
    public func load(_ buffer: Buffer, as encoding: NumberEncoding, into floats: inout MutableSpan<Float>) {
        precondition(
            program.sizes[buffer.index] >= floats.count * encoding.elementBytes,
            "load: the buffer is too small")
        // SAFETY: as in store.
        floats.withUnsafeMutableBufferPointer { destination in
            guard let base = destination.baseAddress else { return }
            let source = address(of: buffer), count = destination.count
            switch encoding {
            case .plain(.float32):
                UnsafeMutableRawPointer(base).copyMemory(from: source, byteCount: count * 4)
            case .plain(let type): convert(source, type, into: base, .float32, count: count)
            case .quantized(let scale):
                dequantize(source, .int8, [scale.scale], [scale.zeroPoint], 1, into: base, count)
            case .table(let type, let table):
                dequantize(source, type, table.scales, table.zeroPoints, table.inner, into: base, count)
            }
        }
    }

    /// Lets `body` read a buffer of float32 numbers where they lie.
    public func withFloats<Result>(
        of buffer: Buffer, count: Int, _ body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        precondition(program.sizes[buffer.index] >= count * 4, "withFloats: the buffer is too small")
        // SAFETY: the size was just checked; buffers begin on cache lines and are not written while `body` reads.
        let start = UnsafeRawPointer(address(of: buffer)).assumingMemoryBound(to: Float.self)
        return try body(UnsafeBufferPointer(start: start, count: count).span)
    }

    /// Copies raw elements; unsigned bytes are stored 128 lower.
    public func store(_ bytes: RawSpan, into buffer: Buffer, flippingSigns: Bool) {
        precondition(program.sizes[buffer.index] >= bytes.byteCount, "store: the buffer is too small")
        withMutableBytes(of: buffer) { destination in
            for index in bytes.byteOffsets {
                let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                destination.storeBytes(
                    of: flippingSigns ? byte ^ 0x80 : byte, toByteOffset: index, as: UInt8.self)
            }
        }
    }

    /// The raw elements of a buffer.
    public func bytes(of buffer: Buffer, count: Int, flippingSigns: Bool) -> [UInt8] {
        withBytes(of: buffer) { source in
            (0..<count).map { index in
                let byte = source.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                return flippingSigns ? byte ^ 0x80 : byte
            }
        }
    }

    private func convert(
        _ x: UnsafeRawPointer?, _ from: NumberType, into y: UnsafeMutableRawPointer, _ to: NumberType,
        count: Int
    ) {
        var parameters = sk_convert()
        parameters.count = Int64(count)
        parameters.from = from.code
        parameters.to = to.code
        call(program.kernels.table.pointee.convert, x, y, &parameters)
    }

    private func quantize(
        _ x: UnsafePointer<Float>?, _ scales: [Float], _ zeros: [Int32], _ inner: Int,
        into y: UnsafeMutableRawPointer, _ count: Int
    ) {
        withScales(scales, zeros, inner, count) { parameters in
            call(program.kernels.table.pointee.quantize_s8, x, y, &parameters)
        }
    }

    private func dequantize(
        _ x: UnsafeRawPointer, _ from: NumberType, _ scales: [Float], _ zeros: [Int32], _ inner: Int,
        into y: UnsafeMutableRawPointer, _ count: Int
    ) {
        withScales(scales, zeros, inner, count) { parameters in
            parameters.from = from.code
            call(program.kernels.table.pointee.dequantize_s8, x, y, &parameters)
        }
    }

    private func withScales(
        _ scales: [Float], _ zeros: [Int32], _ inner: Int, _ count: Int, _ body: (inout sk_convert) -> Void
    ) {
        scales.withUnsafeBufferPointer { scales in
            zeros.withUnsafeBufferPointer { zeros in
                var parameters = sk_convert()
                parameters.count = Int64(count)
                parameters.axis = Int64(scales.count)
                parameters.inner = Int64(inner)
                parameters.scale = scales.baseAddress
                parameters.zero = zeros.baseAddress
                body(&parameters)
            }
        }
    }

    private func call<Parameters>(
        _ kernel: sk_kernel, _ x: UnsafeRawPointer?, _ y: UnsafeMutableRawPointer,
        _ parameters: inout Parameters
    ) {
        withUnsafePointer(to: &parameters) { parameters in
            var step = sk_step(
                run: kernel, a: x, b: nil, y: y, scratch: nil, params: UnsafeRawPointer(parameters))
            sk_run(&step, 1)
        }
    }
}

extension NumberEncoding {
    fileprivate var elementBytes: Int {
        switch self {
        case .plain(let type): type.bytes
        case .quantized: 1
        case .table(let type, _): type.bytes
        }
    }
}

extension UnaryFunction {
    /// The function on int8 values from −128 to 127, the same for every kernel set.
    public func table(from x: AffineScale, to y: AffineScale) -> [Int8] {
        let kernels = KernelSet.scalar.table.pointee
        let reals = (-128...127).map { Float(Int32($0) - x.zeroPoint) * x.scale }
        var results = [Float](repeating: 0, count: 256), table = [Int8](repeating: 0, count: 256)
        var parameters = sk_unary(self, count: 256)
        var scale = y.scale, zero = y.zeroPoint
        // SAFETY: every array holds the 256 elements the kernels are told about.
        reals.withUnsafeBufferPointer { x in
            results.withUnsafeMutableBufferPointer { y in
                withUnsafePointer(to: &parameters) { parameters in
                    var step = sk_step(
                        run: kernels.unary_f32, a: x.baseAddress, b: nil, y: y.baseAddress, scratch: nil,
                        params: UnsafeRawPointer(parameters))
                    sk_run(&step, 1)
                }
            }
        }
        results.withUnsafeBufferPointer { x in
            table.withUnsafeMutableBufferPointer { y in
                withUnsafePointer(to: &scale) { scale in
                    withUnsafePointer(to: &zero) { zero in
                        var parameters = sk_convert()
                        parameters.count = 256
                        parameters.axis = 1
                        parameters.inner = 1
                        parameters.scale = scale
                        parameters.zero = zero
                        withUnsafePointer(to: &parameters) { parameters in
                            var step = sk_step(
                                run: kernels.quantize_s8, a: x.baseAddress, b: nil, y: y.baseAddress,
                                scratch: nil, params: UnsafeRawPointer(parameters))
                            sk_run(&step, 1)
                        }
                    }
                }
            }
        }
        return table
    }
}
