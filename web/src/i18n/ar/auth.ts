import type { Text } from '..';
import type { auth as en } from '../en/auth';

export const auth: Record<keyof typeof en, Text> = {
	'auth.title': 'تسجيل الدخول',
	'auth.user': 'الاسم',
	'auth.pin': 'الرمز السري',
	'auth.password': 'كلمة المرور أو الرمز السري',
	'auth.tenant': 'المتجر (معرّف UUID)',
	'auth.tenant_hint': 'مطلوب فقط إذا كان لهذه السحابة أكثر من متجر',
	'auth.submit': 'دخول',
	'auth.as_admin': 'مدير المنصة',
	'auth.as_user': 'العاملون في المتجر',
	'auth.admin_password': 'كلمة مرور مدير المنصة',
	'auth.wrong': 'الاسم أو الرمز السري غير صحيح.',
	'auth.locked': 'محاولات خاطئة كثيرة. حاول مجدداً بعد {wait}.',
	'auth.wait_minutes': { one: 'دقيقة واحدة', two: 'دقيقتين', few: '{n} دقائق', many: '{n} دقيقة', other: '{n} دقيقة' },
	'auth.wait_seconds': { one: 'ثانية واحدة', two: 'ثانيتين', few: '{n} ثوانٍ', many: '{n} ثانية', other: '{n} ثانية' },
	'auth.tagline': 'الصندوق الذي لا يتوقف عن البيع',
	'setup.title': 'إعداد هذا الصندوق',
	'setup.lead': 'لا يستطيع أحد الدخول هنا بعد. ستصبح أنت المالك، ويُضاف الآخرون لاحقاً في صفحة المستخدمين.',
	'setup.code': 'رمز الإعداد',
	'setup.code_hint': 'نفّذ “fexlctl setup” على هذا الجهاز؛ الرمز صالح لعشر دقائق',
	'setup.shop': 'اسم المتجر',
	'setup.owner': 'اسمك',
	'setup.pin': 'اختر رمزاً سرياً',
	'setup.pin_hint': 'أربعة أرقام على الأقل',
	'setup.submit': 'إعداد',
};
