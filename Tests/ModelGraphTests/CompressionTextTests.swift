import ModelGraph
import Testing

@Suite("Writing down a compression")
struct CompressionTextTests {
    @Test(
        "What is printed is read back",
        arguments: [
            "none", "int8", "int8-qat", "float16", "bfloat16", "binary", "structured(0.5)", "magnitude(0.8)",
            "2:4",
            "dynamic(0.9)", "rigl(0.9)>int8", "distill(largest)>structured(0.5)>finetune(3)>int8",
            "structured(0.5;stage1=0.25;stage2=0.0)>2:4>finetune(1)>int8(conv1=float32;head=float16)",
            "distill(a%20b%3Ec)>float16", "distill(largest;features=10.0)", "distill(models/a%3Bb.onnx)>int8",
            "int8(per-tensor)", "structured(0.5)>int8-qat(per-tensor;stem=float32)",
            "float32(per-tensor;stage1=int8)",
        ])
    func roundTrips(text: String) throws {
        #expect(try Compression(parsing: text).description == text)
    }

    @Test("Spaces around steps do not matter")
    func trims() throws {
        #expect(try Compression(parsing: " structured( 0.5 ) > int8 ").description == "structured(0.5)>int8")
    }

    @Test(
        "Impossible orders and values are refused with the reason",
        arguments: [
            ("int8>structured(0.5)", "nothing can follow"), ("int8>finetune(2)", "int8-qat"),
            ("int8>float16", "sets precision once"), ("magnitude(0.5)>structured(0.5)", "must come before"),
            ("magnitude(0.5)>2:4", "sparse once"), ("structured(0.5)>distill(largest)", "first"),
            ("structured(0.5)>structured(0.5)", "removed once"), ("finetune(2)>int8", "nothing before it"),
            ("structured(0.5)>finetune(1)>finetune(1)", "sum of the epochs"),
            ("magnitude(0.5)>binary", "no zeros"),
            ("structured(1)", "below 1"), ("structured(0)", "above 0"), ("structured", "needs a ratio"),
            ("structured(nan)", "ratio"), ("4:2", "n < m"), ("0:4", "n < m"), ("finetune(0)", "positive"),
            ("distill()", "teacher"), ("distill(largest;10)", "features=10"),
            ("distill(largest;features=much)", "features=10"), ("distill(largest;features=-1)", "lies in"),
            ("distill(largest;features=nan)", "lies in"), ("float32", "already"), ("int4", "none of"),
            ("int8(conv1)", "layer=choice"),
            ("int8>", "none of"), ("structured(0.5", "parenthesis"), ("binary-qat", "only int8"),
            ("float16(per-tensor)", "only int8 weights"), ("int8(stem=float32;per-tensor)", "layer=choice"),
        ])
    func refuses(text: String, reason: String) {
        let error = #expect(throws: CompressionError.self) { try Compression(parsing: text) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test("An exception holds for its node and those below, the longest name first")
    func exceptions() throws {
        let precision = try Compression(parsing: "int8(stage1=float32;stage1.conv2=float16)").precision
        #expect(precision["stage1"] == .float32)
        #expect(precision["stage1.conv1"] == .float32)
        #expect(precision["stage1.conv2"] == .float16)
        #expect(precision["stage10"] == .int8)
    }
}
